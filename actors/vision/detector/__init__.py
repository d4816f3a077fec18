"""What is in a picture: motion, brightness, people and things."""
