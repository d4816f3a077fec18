"""Requests about the people that a running instance knows: who they are, and what an owner wants done about them."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from actors.kernel.errors import AskError
from actors.kernel.message import Message
from actors.users.messages import (
    USERS,
    BlockPerson,
    CorrectPerson,
    FindPerson,
    ForgetPerson,
    Forgotten,
    GetPeople,
    MergePeople,
    NotBlocked,
    NotCorrected,
    NotForgotten,
    NotMerged,
    PeopleAre,
    PeopleFound,
    PeopleMerged,
    PersonBlocked,
    PersonCorrected,
)
from actors.world.messages import WORLD, Present, WhoIsHere
from supervisor.control.ask import answer_of, plain_fields
from supervisor.control.wire import RequestRefused
from supervisor.offline.people import EVERYBODY, voice_kept
from supervisor.runtime.runtime import Runtime

Answers = Iterator[Mapping[str, Any]]
ASK_WITHIN = 30.0
HERE_WITHIN = 0.5
NOBODY = Present((), "")
_REFUSALS = (NotForgotten, NotBlocked, NotMerged, NotCorrected)


def _people(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Some of the people, how many there are, who is here, and which friends of the account are in the game elsewhere,
    where that is known. With `count` 0 nobody else."""
    wanted = {name: request[name] for name in ("search", "first", "order") if request.get(name)}
    try:
        message = msgspec.convert({"count": EVERYBODY, **wanted, **_count(request)}, GetPeople)
    except msgspec.ValidationError as error:
        raise RequestRefused(str(error)) from None
    found = _answered(runtime, message)
    assert isinstance(found, PeopleAre)
    present = _present(runtime)
    friends = [msgspec.to_builtins(one.person) for one in present.friends]
    yield {
        **plain_fields(found),
        "here": [msgspec.to_builtins(one) for one in present.people],
        "friends": friends,
    }


def _count(request: Mapping[str, Any]) -> dict[str, Any]:
    return {"count": request["count"]} if request.get("count") is not None else {}


def _present(runtime: Runtime) -> Present:
    """Who else is in this instance of the world; nobody while that is not known."""
    try:
        found = runtime.client.answer(WORLD, WhoIsHere(), HERE_WITHIN)
    except AskError:
        return NOBODY
    return found if isinstance(found, Present) else NOBODY


def _person(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Who goes by the name; of the only one also what they told of others, and the line of the list."""
    found = _answered(runtime, FindPerson(_text(request, "name")))
    assert isinstance(found, PeopleFound)
    people = [msgspec.to_builtins(user) for user in found.people]
    yield {"people": people, "told": [msgspec.to_builtins(fact) for fact in found.told]} | (
        _about(runtime, found) if len(people) == 1 else {}
    )


def _about(runtime: Runtime, found: PeopleFound) -> dict[str, Any]:
    (user,) = found.people
    rows = _answered(runtime, GetPeople(user.display_name, count=EVERYBODY))
    assert isinstance(rows, PeopleAre)
    row = next((row for row in rows.people if row.user_id == user.user_id), None)
    here = any(one.user_id == user.user_id for one in _present(runtime).people)
    return {"row": msgspec.to_builtins(row), "here": here, "voice_kept": voice_kept(runtime.home, user)}


def _forget(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Answers when the erasure is on disk."""
    answer = _answered(runtime, ForgetPerson(_text(request, "name")))
    assert isinstance(answer, Forgotten)
    yield {
        "forgotten": [msgspec.to_builtins(person) for person in answer.people],
        "also": [msgspec.to_builtins(person) for person in answer.also],
    }


def _block(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    answer = _answered(runtime, BlockPerson(_text(request, "name"), bool(request.get("blocked", True))))
    assert isinstance(answer, PersonBlocked)
    yield {"name": answer.block.name, "blocked": answer.blocked, "named_only": answer.block.named_only}


def _merge(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    answer = _answered(runtime, MergePeople(_text(request, "one"), _text(request, "other")))
    assert isinstance(answer, PeopleMerged)
    yield plain_fields(answer)


def _correct(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """With "" as `to` it is dropped."""
    wanted = CorrectPerson(_text(request, "name"), _text(request, "what"), str(request.get("to") or ""))
    answer = _answered(runtime, wanted)
    assert isinstance(answer, PersonCorrected)
    yield plain_fields(answer)


def _answered(runtime: Runtime, message: Message) -> Message:
    """What the users' actor answers. Raises RequestRefused with its reason."""
    answer = answer_of(runtime, USERS, message, ASK_WITHIN)
    if isinstance(answer, _REFUSALS):
        raise RequestRefused(answer.reason)
    return answer


def _text(request: Mapping[str, Any], name: str) -> str:
    text = str(request.get(name) or "").strip()
    if not text:
        raise RequestRefused(f"{name!r} is missing")
    return text


PEOPLE_REQUESTS = {"people": _people, "person": _person, "forget": _forget, "block": _block}
PEOPLE_REQUESTS |= {"merge": _merge, "correct": _correct}
