"""What earlier versions stored of people is read by this one."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from actors.users.acquaintance import interacted
from actors.users.migrations import MIGRATIONS
from actors.users.state import UsersState, faults, find
from actors.users.users import Users
from actors.vocabulary.values import Interaction, Person
from tests.doubles.stored import payload


def test_there_is_a_way_from_every_earlier_schema() -> None:
    assert set(MIGRATIONS) == set(range(1, Users.schema))


def test_the_first_form_gains_the_first_meeting_and_the_names() -> None:
    old = payload("users")
    new = msgspec.convert(MIGRATIONS[1](old), UsersState)
    assert faults(new) == ()
    assert new.users.keys() == old["users"].keys() != set()
    for user in new.users.values():
        assert user.met_at == user.interaction_history[0].at > 0.0
        assert user.revision == len(user.interaction_history)
        assert user in find(new, user.display_name)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 4e9)), max_size=10))
def test_of_what_the_first_form_held_nothing_is_lost(talks: list[tuple[str, float]]) -> None:
    state = UsersState()
    for name, at in talks:
        state = interacted(state, Person(f"usr_{name}", name), Interaction("talk", name, "hi", at)).state
    whole = msgspec.to_builtins(state)
    old = {"users": {k: _first(user) for k, user in whole["users"].items()}}
    new = msgspec.convert(MIGRATIONS[1](old), UsersState)
    kept = {k: msgspec.structs.replace(u, met_at=0.0, revision=0) for k, u in new.users.items()}
    assert kept == {k: msgspec.structs.replace(u, met_at=0.0, revision=0) for k, u in state.users.items()}


def test_a_history_longer_than_is_kept_now_is_cut_to_its_end_and_the_first_meeting_stays_known() -> None:
    talks = [{"kind": "talk", "person": "Ann", "detail": str(n), "at": 100.0 + n} for n in range(200)]
    ann = {"user_id": "usr_ann", "display_name": "Ann", "interaction_history": talks}
    new = msgspec.convert(MIGRATIONS[1]({"users": {"usr_ann": ann}}), UsersState)
    assert faults(new) == ()
    assert new.users["usr_ann"].interaction_history[-1].at == 299.0
    assert (new.users["usr_ann"].met_at, new.users["usr_ann"].revision) == (100.0, 200)


def _first(user: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in user.items() if key not in ("met_at", "revision")}
