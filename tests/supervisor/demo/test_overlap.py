"""The demo's scenes: what happened in each, and the sounds that it makes."""

import numpy as np

from supervisor.demo.coughs import cough
from supervisor.demo.overlap import OverlapScene, folded


def test_a_scene_holds_what_was_heard_and_how_each_reply_ended() -> None:
    scene = OverlapScene()
    for event in (
        {"event": "TurnStarted", "turn": 1, "text": "Tell me"},
        {"event": "StageReached", "turn": 1, "stage": "first_audio"},
        {"event": "ReplyEnded", "turn": 1, "outcome": "cancelled", "text": "Once"},
        {"event": "TurnStarted", "turn": 2, "text": "Stop"},
        {"event": "ReplyEnded", "turn": 2, "outcome": "said", "text": "Fine."},
    ):
        scene = folded(scene, event)
    assert scene == OverlapScene(("Tell me", "Stop"), ("cancelled", "said"), ("Once", "Fine."))
    assert scene.is_over


def test_a_cough_is_two_loud_bursts_and_the_same_each_time() -> None:
    sound = cough(22050)
    blocks = np.array_split(np.abs(sound.astype(np.int32)), 40)
    loud = np.array([block.max() > 5000 for block in blocks])
    assert np.count_nonzero(np.diff(loud.astype(int)) == 1) + int(loud[0]) >= 2
    assert (cough(22050) == sound).all()
