"""How a process ended, in words."""

import subprocess
import sys

import pytest

from actors.vocabulary.process_end import ended, is_crash


@pytest.mark.parametrize(
    ("code", "words", "crash"),
    [
        (0, "ended with status 0", False),
        (3, "ended with status 3", False),
        (-9, "was killed by SIGKILL" if sys.platform != "win32" else "was killed by signal 9", True),
        (-250, "was killed by signal 250", True),
        (3221225477, "crashed (access violation)", True),
        (0xC00000FD, "crashed (stack overflow)", True),
        (0xC0123456, "crashed (0xC0123456)", True),
        (0xC000013A, "was ended by Ctrl-C, or with its window", True),
        (0x40010004, "was ended at the end of the session", True),
    ],
)
def test_an_end_is_put_into_words(code: int, words: str, crash: bool) -> None:
    assert (ended(code), is_crash(code)) == (words, crash)


def test_a_real_crash_is_called_one() -> None:
    crash = "import faulthandler; faulthandler._read_null()"
    done = subprocess.run([sys.executable, "-c", crash], capture_output=True)
    expected = "crashed (access violation)" if sys.platform == "win32" else "was killed by SIGSEGV"
    assert ended(done.returncode) == expected
