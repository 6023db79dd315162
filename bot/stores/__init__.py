"""What a machine keeps between two audits, and may lose at any time."""
