"""Which servers there are, and how each is asked. Pure."""
