"""Words out of sound and sound out of words: voice activity, recognition, synthesis."""
