"""Slots by address, and where their mail goes."""

import msgspec
import pytest

from actors.kernel.directory import Directory
from actors.kernel.message import Envelope
from supervisor.otp.slot_table import SlotTable
from supervisor.otp.spec import ChildSpec, replicas
from tests.doubles.actors import Say
from tests.doubles.registry import group_of

THREE = ChildSpec("a", "tests:None", instances=3)
B = ChildSpec("b", "tests:None")


def test_replicas_stand_behind_their_first_instance_and_share_its_mail() -> None:
    directory = Directory()
    table = SlotTable(group_of(THREE, B), directory)
    for number in range(6):
        directory.deliver(Envelope("me", 1, number, "a", Say(str(number))))
    assert [slot.address for slot in table.in_tree_order()] == ["root", "a", "a/2", "a/3", "b"]
    assert [len(table.slots[name].mailbox) for name in ("a", "a/2", "a/3")] == [2, 2, 2]


def test_what_waits_for_a_replica_that_is_removed_goes_to_the_others() -> None:
    directory = Directory()
    table = SlotTable(group_of(THREE), directory)
    for number in range(6):
        directory.deliver(Envelope("me", 1, number, "a", Say(str(number))))
    assert table.remove("a/3") is table.slots["a"]
    assert sum(len(slot.mailbox) for slot in table.slots.values()) == 6
    assert not directory.dead_letters.last
    assert "a/3" not in directory.boxes


def test_a_replica_that_comes_again_goes_on_counting() -> None:
    table = SlotTable(group_of(THREE), Directory())
    table.slots["a/3"].begin(0.0)
    table.remove("a/3")
    table.configure(replicas(THREE)[1])
    assert table.slots["a/3"].begin(0.0) == 2


def test_the_first_further_replica_brings_a_router() -> None:
    directory = Directory()
    one = msgspec.structs.replace(THREE, instances=1)
    table = SlotTable(group_of(one), directory)
    assert directory.boxes["a"] is table.slots["a"].mailbox
    table.configure(msgspec.structs.replace(THREE, instances=2))
    table.configure(replicas(THREE)[0])
    for number in range(4):
        directory.deliver(Envelope("me", 1, number, "a", Say(str(number))))
    assert [len(table.slots[name].mailbox) for name in ("a", "a/2")] == [2, 2]


@pytest.mark.parametrize("state", ["starting", "stopping", "stopped", "failed", "disabled"])
def test_mail_goes_to_replicas_that_run_while_others_do_not(state: str) -> None:
    directory = Directory()
    table = SlotTable(group_of(THREE), directory)
    for address, its in (("a", state), ("a/2", "running"), ("a/3", state)):
        table.slots[address].state = its
    for number in range(3):
        directory.deliver(Envelope("me", 1, number, "a", Say(str(number))))
    assert [len(table.slots[name].mailbox) for name in ("a", "a/2", "a/3")] == [0, 3, 0]
