"""Whether a person is at a stream, and what a console tells its processes."""

import sys
import threading
from collections.abc import Callable
from typing import Any

CLOSED = frozenset({2, 5, 6})
"""The events after which Windows ends a process: its window is closed, the user logs off, the machine shuts down."""

END_WITHIN = 4.0
"""Seconds that a process takes for its end at most then: after 5 s Windows ends it."""

_kept: list[Any] = []  # what Windows calls must not be collected


def is_console(stream: Any) -> bool:
    """Whether `stream` is a terminal. On Windows isatty() is true for NUL, too; a console is known by its mode."""
    try:
        return bool(stream.isatty()) and _has_mode(stream)
    except (OSError, ValueError, AttributeError):
        return False


def answer_to(ask: Callable[[], object], gate: threading.Event) -> Callable[[int], bool]:
    """What to answer to an event of a console: `ask` for the end, and be silent until it comes, since Windows ends the
    process as soon as it has the answer. gate: set when the process may end."""

    def answer(event: int) -> bool:
        if event not in CLOSED:
            return False  # it is a signal, too
        ask()
        gate.wait(END_WITHIN)
        return True

    return answer


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    def _has_mode(stream: Any) -> bool:
        try:
            handle = msvcrt.get_osfhandle(stream.fileno())
        except (OSError, ValueError, AttributeError):
            return True  # no stream of the system: then it knows itself
        mode = wintypes.DWORD()
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        return bool(kernel.GetConsoleMode(wintypes.HANDLE(handle), ctypes.byref(mode)))

    def hear_console(ask: Callable[[], object]) -> None:
        """Call `ask`, on another thread, when this process is to end with its window or session; what then is not over
        within END_WITHIN is cut off."""
        heard = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)(answer_to(ask, threading.Event()))
        _kept.append(heard)
        ctypes.WinDLL("kernel32", use_last_error=True).SetConsoleCtrlHandler(heard, True)

else:

    def _has_mode(stream: Any) -> bool:
        return True

    def hear_console(ask: Callable[[], object]) -> None:
        """Nothing: elsewhere a terminal that is closed sends SIGHUP."""
