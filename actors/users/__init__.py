"""The people the bot has met, one record for each."""
