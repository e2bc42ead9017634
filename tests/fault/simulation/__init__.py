"""Whole weeks of the real code, lived in seconds from one seed, with everything going wrong."""
