"""Promises that must hold for every organisation, each with a broken twin."""
