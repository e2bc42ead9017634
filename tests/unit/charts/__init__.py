"""What charts promises."""
