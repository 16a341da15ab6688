"""The streamer's parts, without a network."""
