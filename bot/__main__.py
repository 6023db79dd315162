"""`python -m bot` and the console script `fifthwhy`."""

from bot.cli.main import main

if __name__ == "__main__":
    main()
