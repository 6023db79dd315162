"""Check runs: begun, ended, shared between pull requests, and what people press on them."""
