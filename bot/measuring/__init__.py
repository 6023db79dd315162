"""Measuring commits and their past: git and the stores on one side, the pure core on the other."""
