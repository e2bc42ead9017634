"""The attacks, tried on publications where the answer is known by hand."""
