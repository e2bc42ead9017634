"""Accounts: passwords, roles, scope, tokens and the access log."""
