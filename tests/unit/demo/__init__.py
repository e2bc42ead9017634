"""The demo: an invented organisation and its story."""
