"""Sealed boxes and their store."""
