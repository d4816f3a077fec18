"""A domain's document: cut into parts, put together again, brought to today's form, or refused."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.state.document import (
    ENTRIES,
    Document,
    Restored,
    Subscription,
    TooNew,
    TooOld,
    Unfit,
    count_parts,
    encoded_part,
    restored,
)
from actors.kernel.state.patch import Steps, difference, pack

encode = msgspec.msgpack.encode


class Bird(msgspec.Struct, frozen=True):
    name: str = ""
    songs: tuple[str, ...] = ()


class Aviary(msgspec.Struct, frozen=True):
    birds: Mapping[str, Bird] = {}
    keeper: str = ""
    opened: int = 0


def crowd(count: int) -> Mapping[str, Bird]:
    return {f"bird_{number}": Bird(str(number)) for number in range(count)}


def parts_of(document: Document[Aviary], parted: str = "birds") -> tuple[bytes, ...]:
    count = count_parts(document.state, parted)
    return tuple(encoded_part(document, parted, part) for part in range(count))


def step(old: Document[Aviary], new: Document[Aviary]) -> bytes:
    return pack(difference(old, new))


@pytest.mark.parametrize(
    ("entries", "parts"), [(0, 1), (1, 2), (ENTRIES, 2), (ENTRIES + 1, 3), (5 * ENTRIES - 1, 6)]
)
def test_a_part_holds_so_many_entries_at_most(entries: int, parts: int) -> None:
    document = Document(Aviary(crowd(entries), "Ann"))
    stored = parts_of(document)
    assert len(stored) == parts
    assert msgspec.msgpack.decode(stored[0], type=Document[Aviary]).state == Aviary({}, "Ann")
    assert sum(len(msgspec.msgpack.decode(part)) for part in stored[1:]) == entries


def test_without_a_large_mapping_there_is_one_part() -> None:
    document = Document(Aviary(crowd(1000)))
    assert parts_of(document, "") == (encode(document),)


@given(st.integers(0, 3 * ENTRIES), st.sampled_from(["", "birds"]), st.text(max_size=5))
def test_what_was_cut_is_the_same_when_put_together(entries: int, parted: str, keeper: str) -> None:
    document = Document(Aviary(crowd(entries), keeper), (Subscription("friend", "keeper"), Subscription("x")))
    found = restored(Document(Aviary()), parts_of(document, parted), (), parted=parted)
    assert found == Restored(document, exact=True)
    assert list(found.document.state.birds) == list(document.state.birds)


def test_the_changes_since_are_applied_in_order() -> None:
    states = [
        Document(Aviary(crowd(300))),
        Document(Aviary({**crowd(300), "new": Bird("n", ("la",))})),
        Document(Aviary({**crowd(300), "new": Bird("n", ("la", "li"))}, "Ann"), (Subscription("friend"),)),
    ]
    changes = [(1, step(old, new)) for old, new in pairwise(states)]
    found = restored(Document(Aviary()), parts_of(states[0]), changes, parted="birds")
    assert found == Restored(states[2], exact=True)


# -- schema versions

MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: lambda state: {"birds": state["birds"], "keeper": state["owner"].upper()},
    2: lambda state: {**state, "opened": len(state["birds"])},
}
OLDEST = encode({"state": {"birds": {"b": {"name": "B", "songs": []}}, "owner": "ann"}, "subscriptions": []})


def put(path: list[str], value: Any) -> bytes:
    steps: Steps = [(0, path, value)]
    return pack(steps)


def old_ones(*changes: tuple[int, bytes], schema: int = 1, now: int = 3) -> Aviary:
    found = restored(Document(Aviary()), (OLDEST,), changes, schema=schema, now=now, migrations=MIGRATIONS)
    return found.document.state


def test_an_old_snapshot_migrates_through_every_form_since() -> None:
    assert old_ones() == Aviary({"b": Bird("B")}, "ANN", 1)


def test_it_migrates_where_the_changes_do_and_not_before() -> None:
    changes = [
        (1, put(["state", "owner"], "bob")),  # this field is gone in form 2
        (1, put(["state", "birds", "c"], {"name": "C", "songs": []})),
        (2, put(["state", "keeper"], "not loud")),  # this one there was not in form 1
    ]
    assert old_ones(*changes) == Aviary({"b": Bird("B"), "c": Bird("C")}, "not loud", 2)
    assert old_ones(*changes, (3, put(["state", "opened"], 9))).opened == 9


def test_a_change_of_another_form_than_its_own_does_not_fit() -> None:
    with pytest.raises(Unfit, match="a stored change cannot be applied"):
        old_ones((2, pack([(1, ("state", "owner"))])))


def test_a_schema_version_without_a_migration_is_too_old() -> None:
    with pytest.raises(TooOld, match="reads none before 4"):
        old_ones(now=4)


def test_a_migration_that_fails_is_refused_with_its_reason() -> None:
    with pytest.raises(Unfit, match="does not migrate from schema version 1: KeyError"):
        restored(
            Document(Aviary()),
            (encode({"state": {}}),),
            (),
            now=2,
            migrations=MIGRATIONS,
        )


def test_what_a_later_version_wrote_is_not_touched() -> None:
    with pytest.raises(TooNew, match="schema version 4; this version knows 3"):
        old_ones(schema=4)
    with pytest.raises(TooNew, match="schema version 4; this version knows 3"):
        old_ones((1, put(["state", "owner"], "bob")), (4, b"whatever it is"))


def test_a_field_that_came_without_a_migration_must_be_stored_before_changes_build_on_it() -> None:
    found = restored(Document(Aviary()), (encode({"state": {"keeper": "Ann"}}),), ())
    assert found == Restored(Document(Aviary(keeper="Ann")), exact=False)


# -- damage

WHOLE = parts_of(Document(Aviary(crowd(2 * ENTRIES))))


@pytest.mark.parametrize(
    "parts",
    [
        (b"",),
        (b"\xc1",),
        (b"\x91" * 10_000,),
        (encode([1]),),
        (encode({"state": 1}),),
        (encode({"stat": {}}),),
        (encode({"state": {"birds": 7}}),),
        (encode({"state": {}, "subscriptions": [1]}),),
        (encode({"state": {"keeper": 1}}),),
        (WHOLE[0], WHOLE[1][:-1]),
        (WHOLE[0], encode(5)),
        (WHOLE[0], encode(None)),
        (WHOLE[0], encode([[1, 2, 3]])),
        (WHOLE[0], encode({"b": 5})),
        (encode({"state": {}}), WHOLE[1]),
        (encode({"state": {"birds": None}}), WHOLE[1]),
        (WHOLE[0][:-1], *WHOLE[1:]),
    ],
)
def test_damaged_parts_are_unfit(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(Unfit):
        restored(Document(Aviary()), parts, (), parted="birds")


@pytest.mark.parametrize(
    "change",
    [b"\xc1", pack([(1, ("state",))]), pack([(0, ("state",), 5)]), pack([(0, ("state", "birds", "x"), 5)])],
)
def test_damaged_changes_are_unfit(change: bytes) -> None:
    for now in (1, 2):
        with pytest.raises(Unfit):
            restored(
                Document(Aviary()),
                WHOLE,
                [(1, change), (now, pack([]))],
                parted="birds",
                now=now,
                migrations={1: lambda state: {**state}},
            )


@given(st.data())
def test_whatever_byte_is_wrong_it_is_restored_or_unfit_and_nothing_else(data: st.DataObject) -> None:
    parts = [bytearray(part) for part in parts_of(Document(Aviary(crowd(3), "Ann"), (Subscription("x"),)))]
    part = data.draw(st.sampled_from(parts))
    part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = restored(Document(Aviary()), tuple(map(bytes, parts)), (), parted="birds")
    except Unfit:
        return
    assert isinstance(found.document.state, Aviary)


def test_what_is_of_today_is_not_migrated_again_whatever_stands_behind_it() -> None:
    old, new = Document(Aviary({}, "Ann")), Document(Aviary({}, "Bob"))
    found = restored(
        Document(Aviary()), parts_of(old, ""), ((1, step(old, new)),), schema=2, now=2, migrations={}
    )
    assert found.document.state == Aviary({}, "Bob")
