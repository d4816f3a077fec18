"""*Now*: what is heard, thought, said and seen at this moment, and what an owner can do about it."""
