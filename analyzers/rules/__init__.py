"""The rules: one file a family, each turning a snapshot and a policy into findings and metrics."""
