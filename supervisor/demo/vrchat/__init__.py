"""VRChat's double: the game as Gerald meets it, without VRChat. The demo and the tests use it."""
