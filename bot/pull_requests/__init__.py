"""Pull requests and merge groups: from ids to a check run and the one comment, and what people press there."""
