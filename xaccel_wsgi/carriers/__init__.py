"""The carriers: each carries a handoff out to the letter, and decides nothing."""
