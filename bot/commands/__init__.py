"""Commands in comments: read, permitted, answered."""
