"""The specification of Pulse, as tests."""
