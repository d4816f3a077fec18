"""The small process above the root: it outlives the root, lets the avatar come to rest, and starts the root again."""
