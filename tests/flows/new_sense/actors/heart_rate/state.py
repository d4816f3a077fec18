"""What is known of the heart. Pure transitions on frozen values."""

from collections.abc import Mapping

import msgspec

from actors.vocabulary.type_names import durable


@durable("heart_rate.HeartState")
class HeartState(msgspec.Struct, frozen=True):
    """bpm: beats per minute, 0 for not known. at: epoch seconds."""

    bpm: int = 0
    at: float = 0.0


def felt(state: HeartState, values: Mapping[str, bool | int | float], at: float) -> HeartState:
    """The state after these parameters: an int is taken as it is, a float as the part of 255 that avatars send."""
    for value in values.values():
        bpm = round(value * 255) if isinstance(value, float) else int(value)
        state = HeartState(bpm, at) if 20 <= bpm <= 255 else state
    return state
