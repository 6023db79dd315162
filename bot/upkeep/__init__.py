"""Upkeep: what was missed, what came and went, what is left over, and the past, looked at in the background."""
