"""What an operation takes."""

from typing import Any

import pytest

from supervisor.page.api.failures import ADDRESSES, MOST, PERIOD, Failures
from supervisor.page.api.fields import BadRequest, Field, given

FIELDS = (
    Field("name", "", place="path", required=True),
    Field("count", "", "integer", "query", most=10),
    Field("text", "", required=True, most=5),
    Field("save", "", "boolean"),
    Field("message", "", "object"),
    Field("value", "", "scalar"),
    Field("what", "", choices=("ears", "voice")),
)


def take(**places: dict[str, Any]) -> dict[str, Any]:
    whole: dict[str, dict[str, Any]] = {"path": {"name": "Anna"}, "query": {}, "body": {"text": "Hello"}}
    for place, values in places.items():
        whole[place] = {**whole[place], **values}
    return given(FIELDS, whole)


def test_what_is_given_is_taken_by_name() -> None:
    assert take() == {"name": "Anna", "text": "Hello"}
    body = {"save": False, "message": {"a": 1}, "what": "ears"}
    assert take(query={"count": "7"}, body=body) == {"name": "Anna", "count": 7, "text": "Hello", **body}
    assert take(body={"save": None}) == {"name": "Anna", "text": "Hello"}


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (1, "1"), (0.5, "0.5"), ("x", "x")]
)
def test_a_value_is_what_would_stand_in_a_file(value: object, text: str) -> None:
    assert take(body={"value": value})["value"] == text


@pytest.mark.parametrize(
    ("places", "says"),
    [
        ({"body": {"txt": "x"}}, "unknown in the body: txt; it takes text, save"),
        ({"query": {"text": "x"}}, "unknown in the query: text; it takes count"),
        ({"body": {"text": None}}, "text is missing in the body"),
        ({"body": {"text": " "}}, "text is empty"),
        ({"body": {"text": "longer"}}, "text has 6 characters, at most 5"),
        ({"body": {"text": 5}}, "text must be of type string"),
        ({"body": {"save": "true"}}, "save must be of type boolean"),
        ({"body": {"message": []}}, "message must be of type object"),
        ({"body": {"value": []}}, "value must be text, a number, true or false"),
        ({"body": {"what": "nose"}}, "what must be one of ears, voice"),
        ({"query": {"count": "11"}}, "count must be a whole number from 0 to 10"),
        ({"query": {"count": "-1"}}, "count must be a whole number"),
        ({"query": {"count": "1" * 5000}}, "count must be a whole number"),
        ({"query": {"count": "٣"}}, "count must be a whole number"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(places: dict[str, Any], says: str) -> None:
    with pytest.raises(BadRequest, match=says):
        take(**places)


def test_wrong_tokens_are_counted_by_address_and_for_a_while() -> None:
    now = 1000.0
    failures = Failures(lambda: now)
    assert [failures.note("a") for _ in range(MOST)] == [0.0] * MOST
    assert failures.note("a") == PERIOD
    assert failures.note("b") == 0.0
    now += PERIOD / 2
    assert failures.note("a") == PERIOD / 2
    now += PERIOD / 2
    assert failures.note("a") == 0.0


def test_many_addresses_take_no_more_room() -> None:
    failures = Failures(lambda: 0.0)
    for number in range(3 * ADDRESSES):
        failures.note(str(number))
    assert len(failures._counted) == ADDRESSES
