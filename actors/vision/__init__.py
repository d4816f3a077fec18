"""Eyes: the camera and what is seen through it."""
