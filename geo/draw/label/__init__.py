"""Names on a map: where each may stand, what it costs there, and which place it takes."""
