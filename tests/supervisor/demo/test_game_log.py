"""The demo's game log says what VRChat's would, to the code that reads VRChat's."""

from pathlib import Path

from actors.vocabulary.values import Person
from actors.world.logfile import newest, signed_in
from actors.world.logline import PlayerCame, PlayerGone, parse
from actors.world.roster import Roster, apply_event
from supervisor.demo.game_log import GameLog
from supervisor.demo.visitors import ANNA, BOB

OWN = Person("usr_00000000-0000-4000-8000-000000000000", "Gerald")


def test_who_comes_and_goes_is_in_the_roster_and_so_is_the_place(tmp_path: Path) -> None:
    log = GameLog(tmp_path / "game", OWN, "The Room")
    for person in (ANNA.person, BOB.person):
        log.joined(person)
    log.left(ANNA.person)
    path = newest(tmp_path / "game")
    assert path is not None
    assert signed_in(path) == "Gerald"
    events = [parse(line) for line in path.read_text().splitlines()]
    assert events[-2:] == [PlayerCame(BOB.person), PlayerGone(ANNA.person)]
    roster = Roster()
    for event in events:
        assert event is not None
        roster = apply_event(roster, event)
    assert (roster.world_name, roster.own) == ("The Room", OWN)
    assert list(roster.people.values()) == [OWN, BOB.person]
