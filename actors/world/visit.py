"""Follows the game from line to line of its log, and says what the world's domain must hear; pure.

Nothing is said of players until the beginning of a visit was seen: half a list of who is here would be taken for all.
"""

from collections.abc import Mapping

import msgspec

from actors.kernel.message import Message
from actors.vocabulary.values import Person, person_named
from actors.world.logline import Kind, LogLine
from actors.world.messages import PlayerJoined, PlayerLeft, WorldEntered, WorldLeft

__all__ = ["Visit", "follow"]


class Visit(msgspec.Struct, frozen=True):
    """What was gathered so far. myself: the bot's own ids and names. entering: a world's name whose id is still to come.
    known: the visit was seen from its beginning. here: the players announced, by user id."""

    myself: tuple[str, ...] = ()
    entering: str = ""
    known: bool = False
    here: Mapping[str, Person] = {}


def follow(visit: Visit, line: LogLine) -> tuple[Visit, tuple[Message, ...]]:
    """The visit after `line`, and what the domain must hear of it."""
    match line.kind:
        case Kind.ENTERING:
            return msgspec.structs.replace(visit, entering=line.name, known=False, here={}), ()
        case Kind.JOINING:
            return _begun(visit), (WorldEntered(line.id, visit.entering, line.at),)
        case Kind.LEFT_ROOM:
            return Visit(visit.myself), (WorldLeft(line.at),) if visit.known else ()
        case Kind.MYSELF:
            return _myself(visit, line)
        case Kind.JOINED:
            return _joined(visit, line)
        case Kind.LEFT:
            person = _person(line)
            here = {user_id: other for user_id, other in visit.here.items() if user_id != person.user_id}
            if len(here) == len(visit.here):
                return visit, ()
            return msgspec.structs.replace(visit, here=here), (PlayerLeft(person, line.at),)


def _begun(visit: Visit) -> Visit:
    return Visit(visit.myself, known=True)


def _joined(visit: Visit, line: LogLine) -> tuple[Visit, tuple[Message, ...]]:
    said: tuple[Message, ...] = ()
    if visit.entering:
        # The line with the world's id did not come, or has another form now: the name alone will do.
        said = (WorldEntered("", visit.entering, line.at),)
        visit = _begun(visit)
    person = _person(line)
    if not visit.known or _is_me(visit, person):
        return visit, said
    visit = msgspec.structs.replace(visit, here={**visit.here, person.user_id: person})
    return visit, (*said, PlayerJoined(person, line.at))


def _myself(visit: Visit, line: LogLine) -> tuple[Visit, tuple[Message, ...]]:
    new = tuple(word for word in (line.name.casefold(), line.id) if word and word not in visit.myself)
    visit = msgspec.structs.replace(visit, myself=(*visit.myself, *new)[-8:])
    mine = tuple(person for person in visit.here.values() if _is_me(visit, person))
    here = {user_id: person for user_id, person in visit.here.items() if person not in mine}
    return msgspec.structs.replace(visit, here=here), tuple(PlayerLeft(person, line.at) for person in mine)


def _is_me(visit: Visit, person: Person) -> bool:
    return person.user_id in visit.myself or person.name.casefold() in visit.myself


def _person(line: LogLine) -> Person:
    return Person(line.id, line.name) if line.id else person_named(line.name)
