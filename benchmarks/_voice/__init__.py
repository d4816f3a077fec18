"""The parts of the voice benchmark: a room with virtual cables, voices to speak into it, measures of what is heard."""
