"""Commands about sound devices."""
