"""What the instance that runs in a home says of itself."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from actors.osc.messages import OSC_QUERY, OSC_RECEIVER, GetGames, GetOscStatistics
from actors.world.messages import WORLD, WhoIsHere
from supervisor.control.client import call
from supervisor.control.wire import RequestRefused
from supervisor.instance import NoInstance, find_instance

WITHIN = 5.0
"""Seconds for each answer."""
Answer = Mapping[str, Any]


class Running(msgspec.Struct, frozen=True):
    """pid: 0 if nothing runs. status: empty if it does not answer, and why. osc, games, avatar: what osc.receiver,
    osc.query and the avatar's state say, empty if they do not. people: the names of those whom it
    remembers and of those who are there. age: seconds since its start."""

    pid: int = 0
    why: str = ""
    status: Answer = {}
    osc: Answer = {}
    games: Answer = {}
    avatar: Answer = {}
    people: tuple[str, ...] = ()
    age: float = 0.0

    @property
    def is_there(self) -> bool:
        """Whether a process has this home."""
        return self.pid > 0


def look(home: Path) -> Running:
    """Ask the instance of `home`; a few seconds at most, whatever state it is in."""
    try:
        pid = find_instance(home).pid
        status = call(home, {"do": "status"}, WITHIN)
    except NoInstance as error:
        return Running(why=str(error))
    except RequestRefused as error:
        return Running(pid, str(error))
    return Running(
        pid,
        "",
        status,
        _told(home, OSC_RECEIVER, GetOscStatistics.__name__),
        _told(home, OSC_QUERY, GetGames.__name__),
        _asked(home, {"do": "state", "domain": "avatar"}).get("state", {}),
        (*_people(home), *_present(home)),
        max(0.0, time.time() - float(status.get("started_at") or time.time())),
    )


def _told(home: Path, address: str, question: str) -> Answer:
    found: Answer = _asked(home, {"do": "ask", "address": address, "type": question}).get("message", {})
    return found


def _people(home: Path) -> tuple[str, ...]:
    rows = _asked(home, {"do": "people"}).get("people", ())
    return tuple(str(row.get("display_name") or "") for row in rows)


def _present(home: Path) -> tuple[str, ...]:
    found = _told(home, WORLD, WhoIsHere.__name__).get("people", ())
    return tuple(str(one.get("name") or "") for one in found if isinstance(one, Mapping))


def _asked(home: Path, request: Answer) -> Answer:
    try:
        return call(home, request, WITHIN)
    except (NoInstance, RequestRefused):
        return {}
