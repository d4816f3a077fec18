"""The simulated disk keeps what it said it keeps, and nothing else."""

import random

import pytest

from actors.persistence.store.errors import StoreError
from supervisor.simulation.environment.disk import Disk, PowerCut, SimulatedDatabase


class Hand:
    time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def disk(clock: Hand) -> Disk:
    return Disk(clock, random.Random(1))


def written(disk: Disk, **values: str) -> None:
    def put(txn: object) -> None:
        for key, value in values.items():
            txn.put(key, value.encode())  # type: ignore[attr-defined]

    SimulatedDatabase(disk).change("writing", put)


def test_keys_come_in_order_within_their_prefix_and_up_to_the_last(disk: Disk) -> None:
    written(disk, b2="x", a="x", b1="x", c="x", b3="x")
    look = SimulatedDatabase(disk)
    assert look.read("", lambda txn: txn.keys("b")) == ("b1", "b2", "b3")
    assert look.read("", lambda txn: txn.keys("b", "b2")) == ("b1", "b2")


def test_a_transaction_that_fails_leaves_nothing(disk: Disk) -> None:
    written(disk, a="old")

    def fail(txn: object) -> None:
        txn.put("a", b"new")  # type: ignore[attr-defined]
        txn.put("b", b"new")  # type: ignore[attr-defined]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        SimulatedDatabase(disk).change("failing", fail)
    assert disk.values == {"a": b"old"}
    assert disk.order == ["a"]


@pytest.mark.parametrize(("cut", "left"), [(1, {"a": b"old"}), (3, {"a": b"new"})])
def test_a_power_cut_leaves_what_is_durable(disk: Disk, cut: int, left: dict[str, bytes]) -> None:
    written(disk, a="old")
    disk.cut = cut
    with pytest.raises(PowerCut):
        written(disk, a="new")
    assert disk.values == left


def test_a_torn_write_damages_only_what_was_being_written(disk: Disk) -> None:
    seen = set()
    for _ in range(50):
        written(disk, kept="kept", a="old value")
        disk.cut = 2
        with pytest.raises(PowerCut):
            written(disk, a="new value", b="new value")
        assert disk.values["kept"] == b"kept"
        seen.add(disk.values["a"])
        written(disk, b="")
    assert {b"old value", b"new value"} < seen


def test_a_full_disk_takes_nothing_and_still_tells(disk: Disk, clock: Hand) -> None:
    written(disk, a="old")
    disk.full_until = 5.0
    with pytest.raises(StoreError, match="no space"):
        written(disk, a="new")
    assert disk.values == {"a": b"old"}
    clock.time = 6.0
    written(disk, a="new")
    assert disk.values == {"a": b"new"}
