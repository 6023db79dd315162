"""The parts of a status."""
