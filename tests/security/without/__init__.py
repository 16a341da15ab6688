"""The policy with one check removed at a time: some test with a name has to notice each."""
