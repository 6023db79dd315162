"""What jobs are done with: turns, tools, what is fetched and audited, and what went wrong, in words."""
