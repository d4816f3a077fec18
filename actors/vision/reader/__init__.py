"""Name plates: where they are in a picture, and what stands on them."""
