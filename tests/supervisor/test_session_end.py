"""What happens when the user logs off, or the machine shuts down."""

import subprocess
import sys
import threading

import pytest

from supervisor.session_end import END, QUERY_END, answer_to


def test_a_window_lets_the_session_end_and_asks_for_our_end_when_it_does() -> None:
    asked: list[int] = []
    over = threading.Event()
    over.set()
    answer = answer_to(lambda: asked.append(1), over)
    assert (answer(QUERY_END, 0), asked) == (1, [])
    assert (answer(END, 0), asked) == (0, [])
    assert (answer(END, 1), asked) == (0, [1])
    assert answer(0x0F, 1) is None


LOGGED_OFF = """
import ctypes, os, threading
from ctypes import wintypes
from supervisor.session_end import END, QUERY_END, WINDOW, hear_session_end
stop = threading.Event()
hear_session_end(stop.set)
user = ctypes.WinDLL("user32")
user.FindWindowW.restype = wintypes.HWND
user.SendMessageW.argtypes = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
for _ in range(200):
    window = user.FindWindowW(WINDOW, None)
    if window or stop.wait(0.05):
        break
if not window:
    os._exit(9)
assert user.SendMessageW(window, QUERY_END, 0, 0) == 1
threading.Thread(target=user.SendMessageW, args=(window, END, 1, 0), daemon=True).start()
os._exit(7 if stop.wait(20.0) else 8)
"""


@pytest.mark.skipif(sys.platform != "win32", reason="sessions of Windows")
def test_a_process_of_a_session_that_ends_is_asked_to_end() -> None:
    status = subprocess.run([sys.executable, "-c", LOGGED_OFF], timeout=60.0).returncode
    if status == 9:
        pytest.skip("there is no desktop to have a window on")
    assert status == 7
