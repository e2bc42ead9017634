"""A wave: its week, its closing time, its states."""
