"""The conversation: what was said, in turns, and what to say next."""
