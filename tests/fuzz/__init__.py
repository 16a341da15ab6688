"""Generated input by the thousand: samples in the suite, the whole amount with `make fuzz`."""
