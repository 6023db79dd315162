"""Endpoints: what a repository serves over HTTP and WebSockets, and whether each one reaches a validation."""
