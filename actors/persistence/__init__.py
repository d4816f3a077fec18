"""Keeps the domains' states on disk, in LMDB."""
