"""What statistics promises."""
