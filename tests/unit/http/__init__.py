"""Bodies, problems, headers."""
