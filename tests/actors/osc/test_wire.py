"""What is sent when nobody else is left to send it."""

from pythonosc.osc_message import OscMessage

from actors.osc.wire import rest


def test_at_rest_nothing_is_held_typed_gestured_or_shown() -> None:
    found = {one.address: one.params for one in map(OscMessage, rest({"Hat": True, "Glow": 0.7, "Mood": 3}))}
    assert found["/chatbox/typing"] == [False]
    assert found["/input/Vertical"] == [0.0]
    assert found["/avatar/parameters/VRCEmote"] == [0]
    assert found["/avatar/parameters/VRCFaceBlendH"] == [0.0]
    shown = [found[f"/avatar/parameters/{name}"][0] for name in ("Hat", "Glow", "Mood")]
    assert shown == [False, 0.0, 0]
    assert [type(value) for value in shown] == [bool, float, int]
