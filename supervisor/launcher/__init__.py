"""The small process above the root: it outlives the root, sends the avatar to rest, and starts the root again."""
