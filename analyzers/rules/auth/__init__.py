"""Authentication: the ways in which tokens and sessions are validated, and where they are used."""
