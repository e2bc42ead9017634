"""Exports: released cells as files, and nothing else."""
