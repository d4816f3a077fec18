"""A plugin's code can neither end nor hold up whoever runs it."""

import sys
import threading
from pathlib import Path

import pytest

from config.plugins.errors import PluginBroken
from config.plugins.guard import attribute, guarded


def test_what_it_returns_comes_back() -> None:
    assert guarded(lambda: 5, "counting") == 5


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ImportError("no module named hat\nand more"), "counting failed: ImportError: no module named hat"),
        (SystemExit(3), "counting failed: SystemExit: 3"),
        (KeyboardInterrupt(), "counting failed: KeyboardInterrupt"),
        (Unspeakable(), "counting failed: Unspeakable: (its text could not be made)"),
    ],
)
def test_whatever_it_raises_is_one_line(error: BaseException, said: str) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(PluginBroken) as caught:
        guarded(fail, "counting")
    assert str(caught.value) == said


def test_what_hangs_is_left_behind() -> None:
    end = threading.Event()
    with pytest.raises(PluginBroken, match=r"counting took longer than 0\.05 s"):
        guarded(end.wait, "counting", 0.05)
    end.set()


def test_a_loop_without_an_end_is_ended() -> None:
    begun: list[threading.Thread] = []

    def spin() -> None:
        begun.append(threading.current_thread())
        while True:
            pass

    with pytest.raises(PluginBroken, match="counting took longer"):
        guarded(spin, "counting", 0.05)
    begun[0].join(30.0)
    assert not begun[0].is_alive()


def test_the_reason_names_what_was_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "hats_that_exit.py").write_text("import sys; sys.exit('no licence')")
    (tmp_path / "hats_without.py").write_text("")
    with pytest.raises(PluginBroken, match="the import of hats_that_exit failed: SystemExit: no licence"):
        attribute("hats_that_exit:Hat")
    with pytest.raises(PluginBroken, match="looking up hats_without:Hat failed: AttributeError"):
        attribute("hats_without:Hat")
    sys.modules.pop("hats_without")
