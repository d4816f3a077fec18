"""Commands about what Gerald sees."""
