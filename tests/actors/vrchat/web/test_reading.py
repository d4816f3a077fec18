"""Whatever the service sends is read with limits, and what is not understood is left out."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vocabulary.values import Person
from actors.vrchat.state import Friend, FriendRequest, News
from actors.vrchat.web import reading
from tests.doubles.web_interface import objects

ANNA = Person("usr_1", "Anna")
REQUEST = objects.notification("frq_1", "friendRequest", "usr_1", "Anna", 1000.0, {})
INVITATION = objects.notification(
    "not_1", "invite", "usr_1", "Anna", 1000.0, {"worldId": "wrld_1:7~region(eu)"}
)
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    "type content id senderUserId userId user details location displayName friends status created_at".split()
)


@pytest.mark.parametrize("form", [REQUEST, objects.listed(REQUEST)])
def test_a_notification_is_read_in_both_forms(form: dict[str, Any]) -> None:
    assert reading.notice(form) == FriendRequest("frq_1", ANNA, 1000.0)


@pytest.mark.parametrize("form", [INVITATION, objects.listed(INVITATION)])
def test_details_are_read_in_both_forms(form: dict[str, Any]) -> None:
    assert reading.instance(reading.details(form)["worldId"]) == ("wrld_1", "7~region(eu)")


@pytest.mark.parametrize(
    ("kind", "content", "news"),
    [
        ("notification", REQUEST, News("notification", request=FriendRequest("frq_1", ANNA, 1000.0))),
        ("see-notification", "frq_1", News("see-notification", id="frq_1")),
        ("friend-delete", {"userId": "usr_1"}, News("friend-delete", id="usr_1")),
        (
            "friend-online",
            {"userId": "usr_1", "location": "wrld_2:3~nonce(x)", "user": {"displayName": "Anna"}},
            News("friend-online", friend=Friend(ANNA, True, "wrld_2")),
        ),
        ("friend-offline", {"userId": "usr_1"}, News("friend-offline", friend=Friend(Person("usr_1", "")))),
        ("friend-online", {"userId": "../auth"}, News(id="friend-online")),
        ("group-left", {"groupId": "grp_1"}, News(id="group-left")),
    ],
)
def test_events(kind: str, content: Any, news: News) -> None:
    assert reading.news(objects.event(kind, content)) == news


def test_an_event_whose_content_is_encoded_once_is_read_too() -> None:
    data = json.dumps({"type": "friend-delete", "content": {"userId": "usr_1"}})
    assert reading.news(data) == News("friend-delete", id="usr_1")


@pytest.mark.parametrize(
    "data", [b"", b"[", b"[" * 100_000, b'{"type": "x y"}', b"7", b'{"type": 7}', b"\xff\xfe"]
)
def test_what_is_no_event_has_no_kind(data: bytes) -> None:
    assert reading.news(data) == News()


@pytest.mark.parametrize(
    "location", ["wrld_1:7/../../auth", "wrld_1:7 x", "wrld_1", "private", "", "usr_1:7", "wrld_1:7\r\nX: y"]
)
def test_what_is_no_instance_leads_into_no_address(location: str) -> None:
    assert reading.instance(location) is None


def test_of_a_place_only_the_world_is_told() -> None:
    assert reading.place("wrld_1:4711~hidden(usr_2)~nonce(3)") == "wrld_1"
    assert reading.place("traveling") == "traveling"
    assert reading.place("offline") == ""


@given(JSON)
def test_nothing_that_is_sent_makes_it_fail(value: Any) -> None:
    _read(value)


@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_nor_do_known_names_with_other_values(value: Any) -> None:
    _read(value)


def _read(value: Any) -> None:
    reading.me(value)
    reading.needs(value)
    reading.notices(value, 100)
    reading.notices([value], 100)
    reading.details(value)
    reading.friends([value], False)
    reading.news(json.dumps(value))
    reading.news(json.dumps({"type": "notification", "content": json.dumps(value)}))
    reading.news(json.dumps({"type": "friend-location", "content": value}))
