"""The staff app from outside."""
