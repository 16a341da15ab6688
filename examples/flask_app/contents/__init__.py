"""What is in the files: made in code with the standard library, nothing in them is random."""
