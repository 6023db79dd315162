"""Reading one file: bytes in, facts out. Never runs what it reads and never raises for what is in it."""
