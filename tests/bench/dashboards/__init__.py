"""How long the leaders' pages take in a large organisation with two years of releases."""
