"""Webhooks: what GitHub tells, taken in and made into jobs."""
