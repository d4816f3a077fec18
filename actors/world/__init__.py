"""Where the bot is, who is there, and what can be done there."""
