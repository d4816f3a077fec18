"""Slots and the incarnations in them: what a registry does, and what it tells of it."""

import pytest

from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure, Health, Stop
from supervisor.otp.messages import ChildEnded, ChildReady
from supervisor.otp.spec import ChildSpec
from tests.doubles.actors import Say
from tests.doubles.registry import PlayedRegistry, group_of

A, B = ChildSpec("a", "tests:None"), ChildSpec("b", "tests:None")
OFF = ChildSpec("a", "tests:None", disabled_reason="switched off")
FAILURE = Failure("ValueError", "no good")


def letter(to: str, number: int = 1) -> Envelope:
    return Envelope("me", 1, number, to, Say("hello"))


def test_a_supervisor_is_told_when_a_child_is_ready_and_when_it_has_ended() -> None:
    played = PlayedRegistry(group_of(A))
    root = played.listen("root")
    assert played.registry.launch("a") == 1
    assert played.registry.slot("a").state == "starting"
    played.handles["a"].ready()
    played.handles["a"].end(FAILURE)
    assert root.messages == [ChildReady("a", 1), ChildEnded("a", 1, FAILURE)]
    slot = played.registry.slot("a")
    assert (slot.state, slot.health, slot.reason) == ("failed", Health.DOWN, "ValueError: no good")


def test_what_a_slot_tells_has_the_ids_that_recorded_runs_know() -> None:
    played = PlayedRegistry(group_of(A))
    root = played.listen("root")
    played.launch("a")
    played.handles["a"].end(None)
    assert [envelope.id for envelope in root.envelopes] == ["a~cell/0/1", "a~cell/0/2"]


def test_news_of_an_earlier_incarnation_is_nothing() -> None:
    played = PlayedRegistry(group_of(A))
    root = played.listen("root")
    played.launch("a")
    first = played.handles["a"]
    first.end(None)
    played.launch("a")
    root.clear()
    first.ready()
    first.end(FAILURE)
    assert root.messages == []
    assert played.registry.slot("a").state == "running"


def test_an_incarnation_that_reports_its_health_before_it_is_ready_keeps_that_health() -> None:
    played = PlayedRegistry(group_of(A))
    played.registry.launch("a")
    played.registry.set_health("a", Health.DEGRADED, "no device", "plug it in")
    played.handles["a"].ready()
    slot = played.registry.slot("a")
    assert (slot.health, slot.reason, slot.remedy) == (Health.DEGRADED, "no device", "plug it in")
    played.handles["a"].end(None)
    played.launch("a")
    assert (slot.health, slot.reason) == (Health.OK, "")


def test_the_end_of_a_dead_supervisor_is_announced_after_its_childrens() -> None:
    played = PlayedRegistry(group_of(group_of(A, B, address="group")))
    root = played.listen("root")
    played.launch("group", "a", "b")
    root.clear()
    played.handles["group"].end(FAILURE)
    assert root.messages == []
    assert [played.handles[name].killed for name in "ab"] == [["its supervisor group has died"]] * 2
    played.handles["a"].end(Failure("Killed", ""))
    assert root.messages == []
    played.handles["b"].end(Failure("Killed", ""))
    assert root.messages == [ChildEnded("group", 1, FAILURE)]


def test_the_mail_that_waits_in_a_slot_outlives_its_incarnation_but_for_a_stop() -> None:
    played = PlayedRegistry(group_of(A))
    played.launch("a")
    played.directory.deliver(letter("a"))
    played.registry.halt("a")
    assert played.registry.slot("a").state == "stopping"
    played.handles["a"].end(FAILURE)
    played.launch("a")
    waiting = [envelope.message for envelope in played.registry.slot("a").mailbox.waiting()]
    assert waiting == [Say("hello")]
    assert [type(dead.envelope.message) for dead in played.directory.dead_letters.last] == [Stop]


def test_closing_a_supervisors_slot_closes_those_below_it() -> None:
    played = PlayedRegistry(group_of(group_of(A, B, address="group")))
    played.directory.deliver(letter("a"))
    played.registry.close_slot("group")
    played.directory.deliver(letter("b", 2))
    assert played.closed == ["a", "b", "group"]
    assert [dead.why for dead in played.directory.dead_letters.last] == ["stopped", "stopped"]


def test_the_end_of_the_root_is_told_and_after_an_orderly_one_everything_is_closed() -> None:
    played = PlayedRegistry(group_of(A))
    played.launch("root")
    played.handles["root"].end(FAILURE)
    assert (played.ends, played.closed) == ([FAILURE], [])
    played.launch("root")
    played.handles["root"].end(None)
    assert (played.ends, played.closed) == ([FAILURE, None], ["a", "root"])


def test_an_actor_that_is_switched_on_gets_mail_and_one_that_is_switched_off_none() -> None:
    played = PlayedRegistry(group_of(OFF))
    slot = played.registry.slot("a")
    assert "a" not in played.directory.boxes
    played.registry.configure_slot(A)
    played.directory.deliver(letter("a"))
    assert (slot.state, len(slot.mailbox)) == ("down", 1)
    played.registry.configure_slot(OFF)
    played.registry.close_slot("a")
    assert (slot.state, slot.reason) == ("disabled", "switched off")
    assert "a" not in played.directory.boxes


def test_a_supervisor_is_started_with_its_children_as_they_are_now() -> None:
    root = group_of(A, B)
    played = PlayedRegistry(root)
    moved = ChildSpec("a", "tests:None", pin="process")
    played.registry.configure_slot(moved)
    assert played.registry.current_spec(root).children == (moved, B)


def test_whoever_shows_the_slots_hears_of_every_change() -> None:
    played = PlayedRegistry(group_of(A))
    assert played.registry.slot("a").state == "down"
    assert PlayedRegistry(group_of(OFF)).registry.slot("a").state == "disabled"
    played.registry.launch("a")
    played.handles["a"].ready()
    played.registry.set_health("a", Health.DEGRADED, "no device", "plug it in")
    played.registry.halt("a")
    played.handles["a"].end(None)
    assert played.changed == [
        ("a", state) for state in ("starting", "running", "running", "stopping", "down")
    ]


def test_health_is_logged_when_it_changes_and_not_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    played = PlayedRegistry(group_of(A))
    played.launch("a")
    caplog.clear()
    for _ in range(3):
        played.registry.set_health("a", Health.DEGRADED, "no device", "plug it in")
    played.registry.set_health("a", Health.OK, "", "")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "a: DEGRADED no device -> plug it in"),
        ("INFO", "a: OK "),
    ]
