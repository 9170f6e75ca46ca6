"""What a map shows: tables, tasks, tallies, rasters and the ground under them, resolved into drawn layers."""
