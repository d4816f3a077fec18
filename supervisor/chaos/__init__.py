"""Chaos: the real tree under load, its actors killed, hung, frozen and moved; and an account of every message."""
