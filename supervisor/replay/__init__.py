"""Replay: what the actors did, done again from the trace by today's code, and compared."""
