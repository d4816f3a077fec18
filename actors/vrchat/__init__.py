"""VRChat's Web API: the bot's account. Off by default."""
