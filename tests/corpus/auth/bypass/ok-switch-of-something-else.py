# The function that a flag ends early has nothing to do with sign-in.
import os

RATE_LIMIT = os.getenv("RATE_LIMIT", "on") == "on"


def within_limit(counter, address):
    if not RATE_LIMIT:  # ok
        return True
    return counter.hits(address) < 100
