"""Weeks that run by themselves: an organisation lives through `pulse tick`, killed and doubled."""
