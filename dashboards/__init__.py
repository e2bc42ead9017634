"""Shows releases to leaders, HR and auditors; reads nothing but `releases/` and accounts."""
