"""States as JSON and back."""

import json
from pathlib import Path

import msgspec
import pytest

from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document
from actors.persistence.store.chain import Chain, Snapshot
from actors.users.state import UsersState, UserState
from actors.vocabulary.values import Interaction
from config.schema import Config
from supervisor.offline.export import Misfit, State, as_text, fitted, states_in
from supervisor.offline.schemas import actor_of, document_of, parts_of
from supervisor.tree import DOMAINS

HOME = Path("home")
ANNA = UserState("usr_a", "Anna", 0.5, (Interaction("talk", "Anna", "Hello", 1.0, "Hi"),), {"tea": "likes"})
PEOPLE = UsersState({"usr_a": ANNA}, {"anna": ("usr_a",)})


def actor(domain: str):  # type: ignore[no-untyped-def]
    return actor_of(domain, Config(), HOME)


def file_of(domain: str, state: object, schema: int) -> bytes:
    text = as_text({domain: ({"epoch": 1, "n": 2}, schema, msgspec.json.encode(state))}, 1.0)
    return "".join(text).encode()


def plain_people(**changes: object) -> dict[str, object]:
    plain = msgspec.to_builtins(PEOPLE)
    plain["users"]["usr_a"] |= changes
    return plain


def misfits(plain: dict[str, object], schema: int = 0) -> tuple[Misfit, ...]:
    users = actor("users")
    found = fitted(users, State(schema or users.schema, plain))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_has_an_actor_whose_first_state_comes_back_from_its_file(domain: str) -> None:
    kept = actor(domain)
    assert kept.domain == domain
    states = states_in(file_of(domain, kept.state, kept.schema), (), DOMAINS)
    assert isinstance(states, dict)
    assert states[domain].version == {"epoch": 1, "n": 2}
    assert fitted(kept, states[domain]) == kept.state


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_can_be_stored_whole_and_read_again(domain: str) -> None:
    kept = actor(domain)
    chain = Chain(Snapshot(domain, kept.schema, Version(1, 1), 1.0, parts_of(kept, Document(kept.state))))
    assert document_of(kept, chain).document.state == kept.state


def test_people_come_back_as_they_were() -> None:
    users = actor("users")
    states = states_in(file_of("users", PEOPLE, users.schema), ("users",), DOMAINS)
    assert isinstance(states, dict)
    assert fitted(users, states["users"]) == PEOPLE


def test_the_file_is_json_for_other_tools() -> None:
    plain = json.loads(file_of("users", PEOPLE, 2))
    assert plain["domains"]["users"]["state"]["users"]["usr_a"]["display_name"] == "Anna"


def test_every_reason_is_told_with_its_place() -> None:
    plain = plain_people(relationship_level="much", preferences={"tea": 1, "milk": "no", "salt": []})
    plain["names"] = {"anna": "usr_a"}
    places = {misfit.path for misfit in misfits(plain)}
    at = "domains/users/state"
    assert places == {
        f"{at}/users/usr_a/relationship_level",
        f"{at}/users/usr_a/preferences/tea",
        f"{at}/users/usr_a/preferences/salt",
        f"{at}/names/anna",
    }


def test_what_is_missing_and_what_is_deep_in_a_sequence_is_named() -> None:
    plain = plain_people(interaction_history=[{"kind": "talk"}, {"at": "noon"}])
    del plain["users"]["usr_a"]["display_name"]  # type: ignore[index]
    found = {m.path.removeprefix("domains/users/state/users/usr_a/"): m.reason for m in misfits(plain)}
    assert set(found) == {"interaction_history/1/at", "display_name"}
    assert found["display_name"] == "it is missing"


def test_what_the_domain_itself_refuses_is_told() -> None:
    reasons = misfits(plain_people(relationship_level=7.0, met_at=-1.0))
    assert len(reasons) == 2
    assert "relationship_level is not in [0, 1]" in reasons[0].reason


def test_a_later_schema_version_is_refused_and_so_is_one_without_a_migration() -> None:
    assert "later version of Gerald" in misfits(plain_people(), schema=99)[0].reason
    assert "earlier version of Gerald" in misfits(plain_people(), schema=1)[0].reason


def test_an_earlier_schema_version_is_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    users = actor("users")
    monkeypatch.setattr(type(users), "migrations", {1: lambda state: {"users": state["people"]}})
    state = fitted(users, State(1, {"people": {}}))
    assert isinstance(state, UsersState)


@pytest.mark.parametrize(
    ("data", "wanted", "reason"),
    [
        (b"{", (), "not a file of `supervisor state export`"),
        (b"\xff\xfe", (), "not a file of `supervisor state export`"),
        (b'{"gerald_state": 9, "domains": {}}', (), "file format 9 is not known"),
        (b'{"gerald_state": 1, "domains": {}}', (), "it holds no domain"),
        (b'{"gerald_state": 1, "domains": {"dreams": {}}}', (), "there is no such domain"),
        (b'{"gerald_state": 1, "domains": {"users": {}}}', (), "required field `schema`"),
        (b'{"gerald_state": 1, "domains": {"users": 1}}', ("world",), "it is not in the file"),
    ],
)
def test_a_file_that_is_none_is_refused(data: bytes, wanted: tuple[str, ...], reason: str) -> None:
    found = states_in(data, wanted, DOMAINS)
    assert isinstance(found, tuple)
    assert reason in " ".join(misfit.reason for misfit in found)
