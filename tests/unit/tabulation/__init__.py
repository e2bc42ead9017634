"""The counts of opened ballots: polars against a plain recount."""
