"""A close that nothing disturbs, and what it publishes and destroys."""
