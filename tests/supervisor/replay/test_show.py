"""What of a difference is shown: the place where it differs, and no more than somebody reads."""

from supervisor.replay.show import BEFORE, LONGEST, excerpt


def test_what_is_short_is_shown_whole() -> None:
    assert excerpt("a" * LONGEST, "b") == "a" * LONGEST


def test_of_what_is_long_the_place_is_shown_where_it_differs() -> None:
    same = "s" * 10_000
    shown = excerpt(f"{same}here{'x' * 10_000}", f"{same}there")
    assert shown.startswith("…" + "s" * BEFORE + "here")
    assert shown.endswith("…")
    assert len(shown) == LONGEST + 2


def test_what_only_goes_on_longer_is_shown_from_its_begin() -> None:
    assert excerpt("s" * 10_000, "s") == "s" * LONGEST + "…"
