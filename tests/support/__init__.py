"""What the tests stand on: a remote that can answer anything, real servers, an exact client."""
