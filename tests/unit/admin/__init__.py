"""The administrator's app."""
