"""Job 1, the site check: footprints against layers, rules at work, and the verdict."""
