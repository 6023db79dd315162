"""Check runs: begun, ended, shared between pull requests, and what was accepted on them."""
