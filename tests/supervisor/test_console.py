"""Whether a person is at a stream, and what happens when the window of one is closed."""

import io
import os
import subprocess
import sys
import threading

import pytest

from supervisor.console import CLOSED, answer_to, is_console

WITHIN = 20.0
windows = pytest.mark.skipif(sys.platform != "win32", reason="consoles of Windows")


def test_neither_a_pipe_nor_a_file_nor_what_is_no_stream_is_one() -> None:
    reader, writer = os.pipe()
    with open(reader), open(writer, "w") as pipe:
        assert not is_console(pipe)
    assert not is_console(io.StringIO())
    assert not is_console(None)
    closed = io.StringIO()
    closed.close()
    assert not is_console(closed)


def test_nowhere_is_none_whatever_the_system_says() -> None:
    with open(os.devnull) as nowhere:
        assert not is_console(nowhere)


@pytest.mark.posix("terminals of POSIX")
def test_a_terminal_is_one() -> None:
    ours, theirs = os.openpty()
    with open(ours), open(theirs) as terminal:
        assert is_console(terminal)


@pytest.mark.parametrize("event", sorted(CLOSED))
def test_the_end_of_a_window_asks_for_the_end_and_is_answered_after_it(event: int) -> None:
    asked, gate, answered = threading.Event(), threading.Event(), threading.Event()
    answer = answer_to(asked.set, gate)

    def close() -> None:
        assert answer(event) is True
        answered.set()

    threading.Thread(target=close, daemon=True).start()
    assert asked.wait(WITHIN)
    assert not answered.is_set()
    gate.set()
    assert answered.wait(WITHIN)


@pytest.mark.parametrize("event", [0, 1])
def test_ctrl_c_and_ctrl_break_are_left_to_their_signals(event: int) -> None:
    asked: list[int] = []
    assert answer_to(lambda: asked.append(1), threading.Event())(event) is False
    assert asked == []


CLOSED_WINDOW = """
import ctypes, os, threading
from supervisor.console import hear_console
stop = threading.Event()
hear_console(stop.set)
# what Windows starts in each process of a window that is closed
close = ctypes.WinDLL("kernelbase").CtrlRoutine
threading.Thread(target=close, args=(ctypes.c_void_p(2),), daemon=True).start()
os._exit(7 if stop.wait(20.0) else 8)
"""


@windows
def test_a_process_whose_window_is_closed_ends_in_order() -> None:
    assert subprocess.run([sys.executable, "-c", CLOSED_WINDOW], timeout=60.0).returncode == 7
