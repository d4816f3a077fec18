"""Waits for what is heard on the virtual speaker."""

import time

from supervisor.demo.ear import PlaybackEar


def first_sound(ear: PlaybackEar, since: float, timeout: float) -> float | None:
    """When a sound was first heard after `since`; None if none is within `timeout` seconds."""
    with ear._changed:
        ear._changed.wait_for(lambda: bool(ear._sounds) and ear._sounds[-1] > since, timeout)
        return next((at for at in ear._sounds if at > since), None)


def await_quiet(ear: PlaybackEar, seconds: float, timeout: float) -> bool:
    """Wait until there was no sound for `seconds`. False if that takes more than `timeout` seconds."""
    end = time.monotonic() + timeout
    with ear._changed:
        while time.monotonic() < end:
            if not ear._sounds or time.time() - ear._sounds[-1] >= seconds:
                return True
            ear._changed.wait(0.05)
    return False
