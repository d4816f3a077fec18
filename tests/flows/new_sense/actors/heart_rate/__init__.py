"""How fast the player's heart beats, where the avatar has a sensor for it."""
