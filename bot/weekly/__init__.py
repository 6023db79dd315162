"""The weekly status of a repository: when it is due, and its post."""
