"""How often intervals from released rows hold what they are about."""
