"""The wheel, installed elsewhere."""
