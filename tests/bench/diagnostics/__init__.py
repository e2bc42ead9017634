"""Honest answers of every kind: does the audit refuse the diagnostics of any?"""
