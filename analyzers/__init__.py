"""The pure core: facts of files, snapshots of trees, the policy, rules, deltas and the report model."""
