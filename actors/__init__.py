"""What the bot is made of: a kernel that any actor lives in, and one room for each domain and each sense."""
