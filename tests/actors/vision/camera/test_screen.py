"""The screen: on a real X server, with real windows."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from actors.vision.camera.capture import fit
from actors.vision.camera.device import SourceBroken
from actors.vision.camera.window import Region, clipped, is_called

WITHIN = 30.0
RED, GREEN, BLUE = 0xC00000, 0x00C000, 0x0000C0
needs_x = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("Xvfb") is None, reason="Xvfb is not installed"
)


@pytest.mark.parametrize(
    ("title", "wanted", "is_it"),
    [
        ("VRChat", "VRChat", True),
        ("vrchat ", "VRChat", True),
        ("VRChat - Wikipedia - Browser", "VRChat", False),
        ("VRChat - Wikipedia - Browser", "VRChat*", True),
        ("", "VRChat", False),
        ("[VRChat]", "VRChat", False),
    ],
)
def test_the_whole_title_counts(title: str, wanted: str, is_it: bool) -> None:
    assert is_called(title, wanted) is is_it


def test_what_is_beyond_the_screen_is_left_out() -> None:
    screen = Region(0, 0, 640, 480)
    assert clipped(Region(-100, 400, 300, 300), screen) == Region(0, 400, 200, 80)
    assert clipped(Region(700, 0, 300, 300), screen) is None


@pytest.fixture
def x_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        monkeypatch.setenv("DISPLAY", f":{server.stdout.readline().strip()}")
        yield
        server.terminate()


class Windows:
    """Windows of one colour each."""

    def __init__(self) -> None:
        from Xlib.display import Display

        self.display = Display()

    def open(self, title: str, colour: int, left: int, top: int, width: int = 200, height: int = 100) -> Any:
        from Xlib import X

        screen = self.display.screen()
        window = screen.root.create_window(
            left, top, width, height, 0, screen.root_depth, X.InputOutput, background_pixel=colour
        )
        window.set_wm_name(title)
        window.map()
        self.display.sync()
        return window

    def close(self) -> None:
        self.display.close()


@pytest.fixture
def windows(x_server: None) -> Iterator[Windows]:
    made = Windows()
    yield made
    made.close()


def colours(picture: Any) -> set[int]:
    """Every colour of a picture, as 0xRRGGBB."""
    blue, green, red = np.moveaxis(picture.astype(int), 2, 0)
    return set(np.unique(red << 16 | green << 8 | blue).tolist())


@needs_x
def test_the_game_s_window_is_seen_and_nothing_beside_it(windows: Windows) -> None:
    from actors.vision.camera.screen import Screen

    windows.open("mail", RED, 0, 0, 640, 480)
    windows.open("VRChat", GREEN, 50, 60)
    screen = Screen("VRChat")
    picture = screen.read(0)
    screen.close()
    assert picture.shape == (100, 200, 3)
    assert colours(picture) == {GREEN}


@needs_x
def test_a_window_that_is_moved_is_followed_and_one_that_is_closed_is_not_replaced_by_the_desktop(
    windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    from actors.vision.camera import screen as module

    windows.open("mail", RED, 0, 0, 640, 480)
    game = windows.open("VRChat", GREEN, 50, 60)
    screen = module.Screen("VRChat")
    game.configure(x=400, y=300, width=300)
    windows.display.sync()
    monkeypatch.setattr(screen, "_look_at", 0.0)
    picture = screen.read(0)
    assert picture.shape == (100, 240, 3), "what is beyond the screen's edge is left out"
    assert colours(picture) == {GREEN}
    game.unmap()
    windows.display.sync()
    monkeypatch.setattr(screen, "_look_at", 0.0)
    with pytest.raises(SourceBroken, match='no window called "VRChat"') as broken:
        screen.read(0)
    assert "start the game" in broken.value.remedy
    screen.close()


@needs_x
def test_the_whole_screen_is_read_where_the_owner_wants_it_and_made_to_fit(windows: Windows) -> None:
    from actors.vision.camera.screen import Screen

    windows.open("anything", BLUE, 0, 0, 640, 480)
    screen = Screen(None)
    picture = screen.read(0)
    screen.close()
    assert picture.shape == (480, 640, 3)
    assert fit(picture, 320 * 240 * 3).shape == (240, 320, 3)
    assert colours(picture) == {BLUE}


def test_without_a_screen_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from actors.vision.camera.screen import Screen

    monkeypatch.setenv("DISPLAY", ":4711")
    with pytest.raises(SourceBroken) as broken:
        Screen("VRChat")
    assert "DISPLAY" in broken.value.remedy
