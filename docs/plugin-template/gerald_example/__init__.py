"""A plugin of Gerald to begin with."""
