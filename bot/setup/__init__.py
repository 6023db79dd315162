"""The set-up: how an App comes to be on GitHub, and what it asks for."""
