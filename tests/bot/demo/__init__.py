"""The GitHub stand-in, over real HTTP, with real git and the GitHub client that the App uses."""
