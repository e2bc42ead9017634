"""The administrator's app: roster, schedule and accounts; never ballots or results."""
