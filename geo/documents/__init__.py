"""Job 3: findings and maps on the bureau's own paper."""
