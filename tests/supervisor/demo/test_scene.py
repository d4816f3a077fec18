"""What happened in a scene of the demo, out of the instance's events."""

from typing import Any

from actors.vocabulary.values import UNKNOWN, Person
from supervisor.demo.scene import Exchange, Scene, folded

MIO = Person("usr_mio", "Mio")


def started(turn: int, text: str, person: Person = UNKNOWN) -> dict[str, Any]:
    who = {"user_id": person.user_id, "name": person.name}
    return {"event": "TurnStarted", "turn": turn, "text": text, "person": who, "certainty": 0.9}


def test_a_scene_holds_what_was_heard_of_whom_and_how_each_reply_ended() -> None:
    scene = Scene()
    for event in (
        {"event": "ReplyEnded", "turn": 0, "outcome": "ignored", "text": ""},
        started(1, "Tell me", MIO),
        {"event": "StageReached", "turn": 1, "stage": "first_audio"},
        {"event": "ReplyEnded", "turn": 1, "outcome": "cancelled", "text": "Once"},
        started(2, "Stop"),
    ):
        scene = folded(scene, event)
    assert not scene.is_over
    scene = folded(scene, {"event": "ReplyEnded", "turn": 2, "outcome": "said", "text": "Fine."})
    assert scene.is_over
    assert scene.exchanges == (
        Exchange(1, "Tell me", MIO, 0.9, "Once", "cancelled"),
        Exchange(2, "Stop", UNKNOWN, 0.9, "Fine.", "said"),
    )
    assert (scene.heard, scene.outcomes) == (("Tell me", "Stop"), ("cancelled", "said"))


def test_what_became_a_turn_at_once_is_known_even_if_its_begin_is_told_later() -> None:
    scene = folded(Scene(), {"event": "StageReached", "turn": 1, "stage": "end_of_speech"})
    for event in (started(1, "Where am I?"), started(2, "And I?")):
        scene = folded(scene, event)
    assert scene.at_once == {1}
