"""Pauses between tries."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vocabulary.backoff import Backoff

BACKOFF = Backoff(initial=0.5, max=4.0, reset=30.0)


@pytest.mark.parametrize(
    ("failures", "pause"), [(0, 0.0), (1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 4.0), (10**6, 4.0)]
)
def test_pauses_double_from_the_first_to_the_longest(failures: int, pause: float) -> None:
    assert BACKOFF.pause(failures) == pause


@pytest.mark.parametrize(
    ("failures", "pause"),
    [
        ((), 0.0),
        ((100.0,), 0.0),
        ((99.0, 100.0), 0.5),
        ((98.0, 99.0, 100.0), 1.0),
        ((60.0, 100.0), 0.0),
        ((60.0, 99.0, 100.0), 0.5),
    ],
)
def test_the_first_restart_is_immediate_and_peace_is_a_new_beginning(
    failures: tuple[float, ...], pause: float
) -> None:
    assert BACKOFF.restart_pause(failures, 100.0) == pause


@given(st.integers(-1, 10**9), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_pause_is_never_negative_nor_longer_than_the_longest(
    failures: int, initial: float, longest: float
) -> None:
    assert 0.0 <= Backoff(initial, longest).pause(failures) <= longest


def test_the_launcher_pays_for_no_library_with_it() -> None:
    code = "import sys, supervisor.launcher.launcher; print('msgspec' in sys.modules, 'pykka' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
