"""What the body can be asked to do: the names of all acts, by the part of the body. The one list of them."""

from typing import Literal, get_args

Gesture = Literal["wave", "clap", "point", "cheer", "dance", "backflip", "sadness", "die"]
"""VRChat's default emotes."""

Face = Literal["happy", "sad", "angry", "surprised"]
Move = Literal[
    "turn_left",
    "turn_right",
    "turn_around",
    "step_forward",
    "step_back",
    "step_left",
    "step_right",
    "jump",
    "look",
    "come",
    "follow",
    "sit",
    "stand",
]
Act = Literal[Gesture, Face, Move]

GESTURES: tuple[Gesture, ...] = get_args(Gesture)
FACES: tuple[Face, ...] = get_args(Face)
ACTS: tuple[Act, ...] = get_args(Act)
