"""The rules that every carrier follows; pure, without a socket."""
