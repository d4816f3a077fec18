"""Memory that was needed for a while, such as a model's while it is loaded or runs, given back to the system."""

import contextlib
import ctypes
import sys


def give_back() -> None:
    """Give back what is free in this process, where its C library keeps that for later (glibc); some milliseconds."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
