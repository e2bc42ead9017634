"""Unit tests of pulse/upkeep."""
