"""The worker: takes jobs out of the queue, has them done, and decides what becomes of those that fail."""
