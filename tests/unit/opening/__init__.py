"""Opening and cancelling a wave."""
