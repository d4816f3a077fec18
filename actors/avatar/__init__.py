"""The bot's own body in the game: what it feels and how it moves."""
