"""Blind-signed tokens and the published list of keys; README.md explains the protocol."""
