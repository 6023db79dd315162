"""Causes: why a metric is off its target, as far as findings, facts and history decide it."""
