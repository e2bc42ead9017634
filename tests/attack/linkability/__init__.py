"""Pairs people with answers from whatever is left, and shows that it is luck."""
