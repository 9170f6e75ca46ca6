"""An office's own layer brought into the workspace."""
