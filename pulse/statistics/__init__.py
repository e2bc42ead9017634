"""What releases say and how sure it is: intervals, trends, directions, in plain functions."""
