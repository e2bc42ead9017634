"""What is called news in organisations in which nothing changes, and what is seen when it does."""
