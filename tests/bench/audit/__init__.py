"""How long protecting and auditing a new wave take, with a ledger of waves before it."""
