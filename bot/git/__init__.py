"""Git: the one place that runs it, and what is read out of it."""
