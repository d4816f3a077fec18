"""VRChat's inputs: which there are, what values they take, and how all of them come to rest. Pure."""

import math

PREFIX = "/input/"
TYPING = "/chatbox/typing"

# Floats in [-1, 1] that must return to 0.
AXES = frozenset(
    "Vertical Horizontal LookHorizontal MoveHoldFB SpinHoldCwCcw SpinHoldUD SpinHoldLR "
    "UseAxisRight GrabAxisRight".split()
)
# Ints, 1 or 0, that must return to 0 before they are pressed again; the second line is for headsets only.
BUTTONS = frozenset(
    "MoveForward MoveBackward MoveLeft MoveRight LookLeft LookRight Jump Run PanicButton QuickMenuToggleLeft "
    "QuickMenuToggleRight Voice "
    "ComfortLeft ComfortRight DropLeft DropRight UseLeft UseRight GrabLeft GrabRight".split()
)

# Those that show in what VRChat tells of the avatar: its velocity, or how fast it turns.
ANSWERED = frozenset(
    "Vertical Horizontal LookHorizontal MoveForward MoveBackward LookLeft LookRight Jump".split()
)

SHORTEST = 0.1  # seconds; shorter pulses are not seen reliably
# Seconds for which a single command may hold an input: a lost message must not make Gerald walk for ever.
LONGEST = 10.0

# With "toggle voice" off, 0 mutes the player, so that a reset would mute Gerald.
_NOT_AT_REST = frozenset(("Voice",))


def clamped(name: str, value: float) -> float | int | None:
    """What to send for `value` of input `name`; None for an unknown input or a value that is not finite."""
    if not math.isfinite(value):
        return None
    if name in AXES:
        return max(-1.0, min(1.0, float(value)))
    return int(value >= 0.5) if name in BUTTONS else None


def zero(name: str) -> tuple[str, float | int]:
    """The address and value that end what input `name` does."""
    return PREFIX + name, 0.0 if name in AXES else 0


def hold_time(seconds: float) -> float:
    """For how long an input is held that is asked to be held for `seconds`."""
    return max(SHORTEST, min(LONGEST, seconds)) if math.isfinite(seconds) else SHORTEST


def resting() -> tuple[tuple[str, float | int | bool], ...]:
    """The addresses and values that bring every input to rest and hide the typing indicator."""
    names = sorted((AXES | BUTTONS) - _NOT_AT_REST)
    return (*(zero(name) for name in names), (TYPING, False))
