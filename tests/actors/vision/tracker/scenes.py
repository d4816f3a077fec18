"""Scenes for the tracker: people who stand and walk, as detectors see them."""

from actors.vision.messages import PERSON, Box, Detection, Looked, Plate
from actors.vocabulary.values import Person

MIO, REN = Person("usr_1", "Mio"), Person("usr_2", "Ren")
HEIGHT, WIDTH = 720, 1280


def body(x: float, height: float = 0.5, score: float = 0.4, kind: str = PERSON) -> Detection:
    """Somebody whose middle is at `x`, in the picture's middle from above."""
    return Detection(kind, score, Box(x - height / 6, 0.5 - height / 2, height / 3, height))


def plate(x: float, text: str, height: float = 0.5, score: float = 0.9) -> Plate:
    """The plate over such a body."""
    return Plate(text, score, Box(x - 0.06, 0.5 - height / 2 - 0.06, 0.12, 0.04))


def looked(at: float, *found: Detection, generation: int = 0) -> Looked:
    """generation: that of a camera which takes 100 pictures a second, unless it is given."""
    return Looked(generation or round(at * 100), at, HEIGHT, WIDTH, 0.5, found=found, searched=True)
