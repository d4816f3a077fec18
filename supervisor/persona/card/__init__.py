"""Character cards: what people exchange to bring a character along, read with limits."""
