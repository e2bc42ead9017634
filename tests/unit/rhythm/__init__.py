"""The weekly rhythm."""
