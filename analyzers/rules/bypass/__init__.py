"""Ways around the check: code that lets in who has not been validated, or whose validation proves nothing."""
