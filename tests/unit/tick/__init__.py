"""Ticks on real homes, with a clock that is moved by hand."""
