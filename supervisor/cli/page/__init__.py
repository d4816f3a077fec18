"""Commands about the page."""
