"""The leaders' app: who sees what, and that it is what was released."""
