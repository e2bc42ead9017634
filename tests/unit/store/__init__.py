"""Engines, group commit, files."""
