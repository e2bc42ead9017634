"""Invitations: the words, and that each leaves once."""
