"""Collects anonymous weekly answers and publishes only what isolates nobody."""

__version__ = "0.1.0"
