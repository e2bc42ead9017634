"""What disclosure control computes, by example."""
