"""The doctor, tried on what it has to find, and on what it has to leave alone."""
