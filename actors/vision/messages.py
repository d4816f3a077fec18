"""The door of vision: what its actors accept and announce."""
