"""How often "did it help" says something that is not so, and how often it sees what is."""
