"""Where a sound is quietest: a place to take up speech again without cutting into a syllable. Pure."""

import numpy as np

from actors.audio.devices.device import Sound

_WINDOW = 0.02  # seconds over which loudness is measured


def lull(sound: Sound, rate: int, around: float, within: float = 0.12) -> int:
    """The sample of the quietest 20 ms within `within` seconds of `around` (seconds), the nearest where several are.

    rate: of `sound`, in Hz."""
    size = max(1, round(_WINDOW * rate))
    wanted = min(max(0, round(around * rate)), sound.size)
    begin, end = max(0, wanted - round(within * rate)), min(sound.size, wanted + round(within * rate) + size)
    if wanted == 0 or end - begin <= size:
        return wanted
    power = np.concatenate(([0.0], np.cumsum(np.square(sound[begin:end], dtype=np.float64))))
    windows = (power[size:] - power[:-size]) / size
    # Silence is silence: below a thousandth of the loudest, the nearest place is taken.
    quietest = np.flatnonzero(windows <= max(float(windows.min()), float(windows.max()) * 1e-3))
    middle = begin + quietest + size // 2
    return int(middle[np.argmin(np.abs(middle - wanted))])
