"""The test week."""
