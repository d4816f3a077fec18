"""What the body does: intentions in, what the body's rooms can do out, allowed, bounded and ended in time."""
