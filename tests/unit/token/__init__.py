"""Blind tokens and the published key list."""
