"""Which units different rules show of the same answers, and which small groups they give away."""
