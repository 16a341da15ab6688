"""What is tried against this project, and the table that says how it ended."""
