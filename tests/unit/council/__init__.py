"""The operator's side of a council's keys."""
