"""The tree that Gerald offers, and what requests for it get."""

import pytest

from actors.osc.query.offer import Offer, answer

CHANGE = {"FULL_PATH": "/avatar/change", "ACCESS": 2, "TYPE": "s", "VALUE": ("",)}
OFFER = Offer("Gerald-4F00D1", "127.0.0.1", 4711)


def test_the_host_info_says_where_osc_is_taken() -> None:
    for target in ("/?HOST_INFO", "/HOST_INFO", "/avatar?HOST_INFO"):
        status, info = answer(OFFER, target)
        assert status == 200
        assert info is not None
        where = {name: info[name] for name in ("NAME", "OSC_IP", "OSC_PORT", "OSC_TRANSPORT")}
        assert where == {
            "NAME": "Gerald-4F00D1",
            "OSC_IP": "127.0.0.1",
            "OSC_PORT": 4711,
            "OSC_TRANSPORT": "UDP",
        }


def test_the_tree_takes_what_makes_vrchat_send_parameters_and_poses() -> None:
    _, root = answer(OFFER, "/")
    assert root is not None
    change = root["CONTENTS"]["avatar"]["CONTENTS"]["change"]
    assert change == CHANGE
    pose = root["CONTENTS"]["tracking"]["CONTENTS"]["vrsystem"]
    assert pose == {
        "FULL_PATH": "/tracking/vrsystem",
        "ACCESS": 2,
        "TYPE": "ffffff",
        "VALUE": (0.0,) * 6,
    }


@pytest.mark.parametrize(
    ("target", "status", "body"),
    [
        ("/avatar/change", 200, CHANGE),
        ("/avatar/change/", 200, CHANGE),
        ("/avatar%2Fchange", 200, CHANGE),
        ("/avatar/change?TYPE", 200, {"TYPE": "s"}),
        ("/avatar/change?VALUE", 200, {"VALUE": ("",)}),
        ("/avatar/change?RANGE", 204, None),
        ("/avatar?TYPE", 204, None),
        ("/avatar/change?PASSWORD", 400, None),
        ("/etc/passwd", 404, None),
        ("/avatar/../../etc", 404, None),
        ("/avatar/change/CONTENTS", 404, None),
        ("", 200, None),
    ],
)
def test_requests_and_their_answers(target: str, status: int, body: object) -> None:
    found = answer(OFFER, target)
    assert found[0] == status
    if target:
        assert found[1] == body
