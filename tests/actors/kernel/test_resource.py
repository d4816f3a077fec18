"""Resources that outlive their owners: handed over, fenced, and closed by the last one to leave."""

import threading
from pathlib import Path

import pytest

from actors.kernel.resource import Resource, Resources, path_key

Names = Resources[str, str]


@pytest.fixture
def closed() -> list[str]:
    return []


@pytest.fixture
def resources(closed: list[str]) -> Names:
    return Resources(closed.append)


def take(resources: Names, owner: object, value: str = "it") -> Resource[str, str]:
    return resources.take("at", owner, lambda: value)


def test_a_successor_takes_over_what_is_open_and_fences_the_one_before(
    resources: Names, closed: list[str]
) -> None:
    first = take(resources, "one")
    second = take(resources, "two", "another")
    assert second is first
    assert second.value == "it"
    assert not first.is_owned_by("one")
    assert first.is_owned_by("two")
    assert closed == []


def test_only_the_owner_that_leaves_closes_it(resources: Names, closed: list[str]) -> None:
    take(resources, "one")
    take(resources, "two")
    assert resources.leave("at", "one")
    assert closed == []
    assert resources.leave("at", "two")
    assert closed == ["it"]
    assert take(resources, "three", "new").value == "new"


def test_whoever_leaves_twice_closes_once(resources: Names, closed: list[str]) -> None:
    take(resources, "one")
    assert resources.leave("at", "one")
    assert resources.leave("at", "one")
    assert closed == ["it"]


def test_what_is_still_used_is_not_closed_and_its_successor_waits(
    resources: Names, closed: list[str]
) -> None:
    resource = take(resources, "one")
    assert resource.begin_use("one", 0.0)
    assert not resources.leave("at", "one")
    assert closed == []
    assert take(resources, "two") is resource
    assert not resource.begin_use("two", 0.0)
    resource.end_use()
    assert resource.begin_use("two", 0.0)
    resource.end_use()
    assert resources.leave("at", "two")
    assert closed == ["it"]


def test_whoever_was_fenced_while_it_waited_does_not_begin(resources: Names) -> None:
    resource = take(resources, "one")
    take(resources, "two")
    assert not resource.begin_use("one", 0.0)
    assert resource.begin_use("two", 0.0)


def test_a_successor_begins_when_the_one_before_ends_in_its_thread(resources: Names) -> None:
    resource = take(resources, "one")
    assert resource.begin_use("one", 0.0)
    begun = threading.Event()

    def successor() -> None:
        if resource.begin_use("two", 10.0):
            begun.set()

    take(resources, "two")
    thread = threading.Thread(target=successor)
    thread.start()
    assert not begun.is_set()
    resource.end_use()
    thread.join(10.0)
    assert begun.is_set()


def test_what_cannot_be_opened_is_nobodys(resources: Names, closed: list[str]) -> None:
    def broken() -> str:
        raise OSError("taken")

    with pytest.raises(OSError, match="taken"):
        resources.take("at", "one", broken)
    assert resources.leave("at", "one")
    assert closed == []
    assert take(resources, "two").value == "it"


def test_it_is_opened_once_however_many_come_at_once(resources: Names) -> None:
    opened: list[int] = []
    barrier = threading.Barrier(8)

    def come(number: int) -> None:
        barrier.wait(10.0)
        resources.take("at", number, lambda: str(opened.append(number)))

    threads = [threading.Thread(target=come, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10.0)
    assert len(opened) == 1


def test_a_path_is_one_key_however_it_is_written(tmp_path: Path) -> None:
    assert path_key(tmp_path / "x" / ".." / "state") == path_key(tmp_path / "state")
