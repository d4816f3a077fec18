"""How large the ring of pictures is."""

from config.schema import ComputerVision

# One that is written, one that is read, and two between them, so that a reader has two pictures' time.
SLOTS = 4


def ring_size(vision: ComputerVision) -> tuple[int, int]:
    """The number of slots, and the bytes of each."""
    return SLOTS, vision.max_width * vision.max_height * 3
