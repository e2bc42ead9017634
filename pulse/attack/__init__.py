"""The shipped attack suite: everything we know to try against published figures, run by anybody."""
