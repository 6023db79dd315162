"""Policies that others extend, wherever they are kept."""
