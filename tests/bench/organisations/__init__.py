"""Random organisations lived through for weeks: what could be told apart, and what was shown."""
