"""Chaos tests: the real tree under load, with faults, and the outcome of every message counted."""
