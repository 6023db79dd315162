"""What is said on GitHub: the one comment, kept in place, and nothing written but by whoever has the turn."""
