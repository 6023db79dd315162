"""Settings: what the environment, an `.env` file and the set-up say, and how they say it."""
