"""Signing in, for every app that asks who somebody is: leaders' pages and the administrator's."""
