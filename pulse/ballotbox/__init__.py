"""The ballot box: sealed answers under anonymous tokens, without order, name or time.

Nothing is imported here: the holder's process (`peel.py`) starts without a database.
"""
