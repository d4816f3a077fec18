"""Every screen opens at every width, in light and dark, without a complaint of the console or of axe-core."""

import pytest

from supervisor.page.screens import SCREENS
from tests.page.conftest import SIZES, Page


@pytest.mark.parametrize("name", [screen.name for screen in SCREENS])
def test_a_screen_is_whole_at_every_width(page: Page, name: str) -> None:
    for width in SIZES:
        for dark in (False, True):
            page.size(width, dark=dark)
            page.open(name)
            page.find("main h1")
            assert page.complaints() == []
            assert page.barriers() == []
            assert not page.overflows()
            page.shoot(f"{name or 'now'}-{width}{'-dark' if dark else ''}")
