"""What was heard of a reply, who is meant, how loud it is, and how long the stages took."""

from typing import Any

import pytest

from supervisor.page.screens.now.shown import bars, boxes, meter, pieces, seen, speaker, verdict
from supervisor.page.screens.now.state import Exchange, Latency, Level, Sight, Usual

SAID = ("Well, hello there.", "How are you?", "I am fine.")


@pytest.mark.parametrize(
    ("begun", "hows"),
    [(0, ("next", "next", "next")), (1, ("saying", "next", "next")), (3, ("said", "said", "saying"))],
)
def test_while_it_goes_on_each_sentence_is_said_being_said_or_still_to_come(
    begun: int, hows: tuple[str, ...]
) -> None:
    assert tuple(piece.how for piece in pieces(Exchange(1, sentences=SAID, begun=begun))) == hows


@pytest.mark.parametrize(
    ("heard", "shown"),
    [
        ("", [(SAID[0], "unsaid"), (SAID[1], "unsaid"), (SAID[2], "unsaid")]),
        (
            "Well, hello there. How",
            [(SAID[0], "said"), ("How", "said"), ("are you?", "unsaid"), (SAID[2], "unsaid")],
        ),
        ("Well, hello there. How are you?", [(SAID[0], "said"), (SAID[1], "said"), (SAID[2], "unsaid")]),
    ],
)
def test_what_was_cut_off_is_told_from_what_was_heard(heard: str, shown: list[tuple[str, str]]) -> None:
    one = Exchange(1, sentences=SAID, begun=2, outcome="cancelled", heard=heard)
    assert [tuple(piece) for piece in pieces(one)] == shown
    assert [piece.how for piece in pieces(Exchange(1, sentences=SAID, outcome="said"))] == ["said"] * 3


def test_why_it_ended_is_said_where_that_is_not_as_usual() -> None:
    assert verdict(Exchange(1)) == verdict(Exchange(1, outcome="said")) == ""
    assert verdict(Exchange(1, outcome="cancelled", detail="asked")) == "cut off: asked"
    assert (
        verdict(Exchange(1, outcome="ignored", detail="they talk to Ren")) == "not answered: they talk to Ren"
    )
    assert verdict(Exchange(1, outcome="said", detail="withheld")) == "withheld"


def test_who_is_meant_and_how_sure() -> None:
    assert speaker(Exchange(1, "x", "Mio", "usr_mio")) == "Mio"
    assert speaker(Exchange(1, "x", "Mio", "usr_mio", 0.82)) == "Mio, 82% sure"
    assert speaker(Exchange(1, "x", "unknown", "unknown", 0.4)) == "somebody (the best guess is 40% sure)"
    assert speaker(Exchange(1, "x", "unknown", "unknown", 1.0)) == "somebody"


def test_the_meter_goes_from_silence_to_full_scale() -> None:
    assert meter(Level(0.0, 0.0)) == (0, 0)
    assert meter(Level(1.0, 1.0)) == (100, 100)
    assert meter(Level(0.001, 0.0316)) == (0, 50)


def test_bars_are_as_long_as_the_stages_took_and_the_newest_comes_first() -> None:
    turns = (
        Latency(1, {"end_of_speech": 0.2, "first_sentence": 0.2}, {}),
        Latency(2, {"chatbox": 0.1}, {}),
        Latency(3, {"first_sentence": 0.6, "synthesis": 0.2}, {"speech_ended": 10.0, "first_audio": 10.7}),
    )
    newest, oldest = bars(turns, Usual())
    assert (newest.name, round(newest.total, 2)) == ("3", 0.7)
    assert [(part.name, part.left, part.width) for part in newest.parts] == [
        ("thinking", 0.0, 75.0),
        ("voice", 75.0, 25.0),
    ]
    assert (oldest.name, oldest.total) == ("1", 0.4)
    assert sum(part.width for part in oldest.parts) == pytest.approx(50.0)
    assert bars((), Usual()) == ()
    assert [(bar.name, bar.total) for bar in bars(turns, Usual(9, {"synthesis": 0.3}))][2:] == [
        ("usual", 0.3)
    ]


def sight(**changed: Any) -> dict[str, Any]:
    box = {"left": 0.5, "top": 0.25, "width": 0.1, "height": 0.5}
    plain = {"kind": "person", "person": "", "distance": 0.0, "error": 1.0, "trend": "", "found": True}
    return {**plain, "box": box, **changed}


def test_boxes_lie_where_they_were_seen_and_the_nearest_is_drawn_last() -> None:
    shown = Sight(
        1.0, 640, 360, (sight(person="Mio", distance=2.0, error=0.1), sight(kind="chair", found=False))
    )
    last, nearest = boxes(shown)
    assert (nearest.left, nearest.top, nearest.width, nearest.height) == (320.0, 90.0, 64.0, 180.0)
    assert (nearest.kind, nearest.dim, last.kind, last.dim) == ("named", False, "thing", True)
    assert (nearest.text, nearest.at, nearest.ends) == ("Mio 2.0 m", 320.0, False)
    right = sight(box={"left": 0.9, "top": 0.0, "width": 0.1, "height": 1.0})
    (edge,) = boxes(Sight(1.0, 640, 360, (right,)))
    assert (edge.text, edge.at, edge.ends) == ("somebody", 640.0, True)
    assert seen(shown) == ("Mio 2.0 m +-0.2", "chair (a moment ago)")
