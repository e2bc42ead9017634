"""The ballot box: sealed answers under anonymous tokens, without order, name or time."""
