"""What happens when something fails: nothing is lost, nothing is shown, the way goes on."""
