"""What Windows asks of a process at the end of a session: when the user logs off, or the machine shuts down.

A console's processes would hear of it as of a window that is closed, but one that has loaded user32, as the libraries
of Gerald do, counts as a program with windows. So it has a window, which nobody sees."""

import sys
import threading
from collections.abc import Callable
from typing import Any

from supervisor.console import END_WITHIN

QUERY_END, END = 0x11, 0x16
"""The messages by which windows are asked whether the session may end, and told that it does."""

WINDOW = "Gerald, until the session ends"

FIRST = 0x3FF
"""The place in the order of the shutdown: before the workers, which are still needed."""

_kept: list[Any] = []  # what Windows calls must not be collected


def answer_to(ask: Callable[[], object], gate: threading.Event) -> Callable[[int, int], int | None]:
    """What to answer to (message, its first parameter), None for what is somebody else's: `ask` for the end, and be
    silent until it comes, since Windows ends the process when it has the answer. gate: set when it may end."""

    def answer(message: int, first: int) -> int | None:
        if message == QUERY_END:
            return 1  # nothing here keeps anybody from logging off
        if message != END:
            return None
        if first:  # else another program has kept the session from ending
            ask()
            gate.wait(END_WITHIN)
        return 0

    return answer


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _Procedure = ctypes.WINFUNCTYPE(
        ctypes.c_ssize_t, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM
    )

    class _WindowClass(ctypes.Structure):
        _fields_ = (
            ("style", wintypes.UINT),
            ("procedure", _Procedure),
            ("class_bytes", ctypes.c_int),
            ("window_bytes", ctypes.c_int),
            ("instance", wintypes.HINSTANCE),
            ("icon", wintypes.HANDLE),
            ("cursor", wintypes.HANDLE),
            ("background", wintypes.HANDLE),
            ("menu", wintypes.LPCWSTR),
            ("name", wintypes.LPCWSTR),
        )

    def hear_session_end(ask: Callable[[], object]) -> None:
        """Call `ask`, on another thread, when the session ends; what then is not over within END_WITHIN is cut off."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.SetProcessShutdownParameters(wintypes.DWORD(FIRST), wintypes.DWORD(0))
        threading.Thread(target=_attend, args=(ask,), name="session end", daemon=True).start()

    def _attend(ask: Callable[[], object]) -> None:
        """Have the window, on this thread. Where there is no desktop, as for a service, there is none."""
        user = ctypes.WinDLL("user32", use_last_error=True)
        user.DefWindowProcW.restype = ctypes.c_ssize_t
        user.DefWindowProcW.argtypes = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
        user.CreateWindowExW.restype = wintypes.HWND
        answer = answer_to(ask, threading.Event())

        def procedure(window: int, message: int, first: int, second: int) -> int:
            answered = answer(message, first)
            return (
                answered if answered is not None else int(user.DefWindowProcW(window, message, first, second))
            )

        kind = _WindowClass(procedure=_Procedure(procedure), name=WINDOW)
        _kept.append(kind)
        user.RegisterClassW(ctypes.byref(kind))
        if user.CreateWindowExW(0, WINDOW, WINDOW, 0, 0, 0, 0, 0, None, None, None, None):
            message = wintypes.MSG()
            while user.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
                user.DispatchMessageW(ctypes.byref(message))

else:

    def hear_session_end(ask: Callable[[], object]) -> None:
        """Nothing: elsewhere processes are sent SIGTERM then."""
