"""What a planner may write: one module per folder she edits, every model frozen and closed."""
