"""What a planner brings: one reader per format, forensics of coordinates, and footprints as the result."""
