"""What is typed into the terminal of a run, also of one that was put into the background."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import TextIO

AGAIN = 1.0
"""Seconds between two looks whether a background run is in the foreground again."""


def typed_lines(terminal: TextIO, over: threading.Event) -> Iterator[str]:
    """Each line, until the input ends or `over` is set.

    In the background (`&`, or Ctrl-Z and `bg`) reading is refused, and nothing is read until the terminal is ours
    again. SIGTTIN must be ignored: it would stop the whole process instead."""
    while not over.is_set():
        try:
            line = terminal.readline()
        except OSError:
            if not is_in_background(terminal.fileno()):
                return  # the terminal is gone
            over.wait(AGAIN)
            continue
        if not line:
            return
        yield line


def is_in_background(terminal: int) -> bool:
    """Whether the terminal belongs to other processes now. False where there is none."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            return os.tcgetpgrp(terminal) != os.getpgrp()
    return False
