"""A template filled from the workspace, and asked later what is stale."""
