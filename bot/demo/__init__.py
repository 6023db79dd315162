"""A GitHub for one machine: the REST, git and webhook surface that the App uses, in memory, on loopback."""
