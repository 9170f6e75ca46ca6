"""The corridor: the only place where the three jobs meet."""
