"""Who is in the instance, by the log's lines, and what to tell the world's actor. Pure."""

from collections.abc import Mapping

import msgspec

from actors.kernel.message import Message
from actors.vocabulary.names import same_name
from actors.vocabulary.values import Person
from actors.world.logline import Joining, LogEvent, Named, PlayerCame, PlayerGone, RoomLeft, SignedIn
from actors.world.messages import PlayerJoined, PlayerLeft, WorldEntered, WorldLeft
from actors.world.state import PLAYERS


class Roster(msgspec.Struct, frozen=True):
    """The instance as the log has it. visit: counts instances. own: the bot's account, None while unknown."""

    visit: int = 0
    world_id: str = ""
    world_name: str = ""
    people: Mapping[str, Person] = {}
    own: Person | None = None


def elsewhere(roster: Roster, world_id: str = "", world_name: str = "") -> Roster:
    """Another, empty instance; the account stays."""
    return Roster(roster.visit + 1, world_id, world_name, own=roster.own)


def apply_event(roster: Roster, event: LogEvent) -> Roster:
    """`roster` after `event`. The world's name and id come in two lines, in either order."""
    match event:
        case Named(name):
            fills = not roster.world_name
            return _replace(roster, world_name=name) if fills else elsewhere(roster, world_name=name)
        case Joining(world_id):
            fills = not roster.world_id
            return _replace(roster, world_id=world_id) if fills else elsewhere(roster, world_id)
        case RoomLeft():
            return elsewhere(roster)
        case SignedIn(person):
            return _replace(roster, own=person)
        case PlayerCame(person):
            if len(roster.people) >= PLAYERS:
                return roster
            return _replace(roster, people={**roster.people, person.user_id: person})
        case PlayerGone(person):
            return _replace(roster, people={u: p for u, p in roster.people.items() if not _is(p, person)})


def announcements(before: Roster | None, after: Roster, at: float, account: str = "") -> tuple[Message, ...]:
    """What to tell the world's actor after `before` (None: nothing yet). account: the bot's name if known."""
    if before is None or not _same_instance(before, after):
        entered = (WorldEntered(after.world_id, after.world_name, at),)
        gone: tuple[Message, ...] = (WorldLeft(at), *(entered if after.world_id or after.world_name else ()))
        stayed: Mapping[str, Person] = {}
    else:
        changed = (before.world_id, before.world_name) != (after.world_id, after.world_name)
        place = (WorldEntered(after.world_id, after.world_name, at),) if changed else ()
        gone = (*place, *(PlayerLeft(p, at) for u, p in before.people.items() if u not in after.people))
        stayed = before.people if before.own == after.own else {}
    arrived = (p for u, p in after.people.items() if stayed.get(u) != p)
    return (*gone, *(PlayerJoined(p, at, _is_own(p, after.own, account)) for p in arrived))


def _same_instance(before: Roster, after: Roster) -> bool:
    places = ((before.world_id, after.world_id), (before.world_name, after.world_name))
    return before.visit == after.visit and all(old in ("", new) for old, new in places)


def _is(known: Person, person: Person) -> bool:
    """The same player; by name where one of the two lines had no id."""
    if known.user_id == person.user_id:
        return True
    nameless = known.user_id.startswith("name:") or person.user_id.startswith("name:")
    return nameless and same_name(known.name, person.name)


def _is_own(person: Person, own: Person | None, account: str) -> bool:
    if own is not None:
        return _is(person, own)
    return bool(account) and same_name(person.name, account)


def _replace(roster: Roster, **fields: object) -> Roster:
    return msgspec.structs.replace(roster, **fields)
