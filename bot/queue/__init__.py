"""The queue: jobs in Redis, which of them may run, and what was counted of them."""
