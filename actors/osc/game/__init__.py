"""What is known of the game at the other end: its avatar, its microphone, and whether it is heard at all."""
