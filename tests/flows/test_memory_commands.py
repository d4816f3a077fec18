"""What is remembered, by command: exported, imported, examined, mended, and forgotten."""

import json
from pathlib import Path

import pytest

from supervisor.demo.instance import DemoInstance
from tests.doubles.rights import is_owners_only
from tests.flows.conftest import Command, forked_instance, ports

pytestmark = pytest.mark.slow


def started(home: Path) -> DemoInstance:
    return forked_instance(home, (*ports(), "llm.mock_responses=true"), {}, "--text")


def names(supervisor: Command) -> set[str]:
    people = supervisor.json("users", "list")
    assert isinstance(people, list)
    return {person["display_name"] for person in people}


def holding(home: Path, words: bytes) -> list[Path]:
    """Files in the data folder in which these words stand, but for traces and backups."""
    files = (path for path in (home / "data").rglob("*") if path.is_file() and "traces" not in path.parts)
    return [path for path in files if path.suffix != ".backup" and words in path.read_bytes()]


def test_what_is_exported_can_be_imported_elsewhere_all_or_nothing(
    home: Path, supervisor: Command, tmp_path: Path
) -> None:
    file, other = tmp_path / "out.json", tmp_path / "other"
    with started(home):
        supervisor("talk", "My favourite colour is violet", "--as", "Mio")
        supervisor("state", "export", "--to", str(file))
        assert is_owners_only(file)
        assert "stop it with `supervisor stop`" in supervisor("state", "import", str(file), "--yes", code=4)
        shown = supervisor.json_of("state", "show", "users", "users/name:mio/preferences")
        assert shown["state"] == {"favourite colour": "violet"}
        assert "has no value at" in supervisor("state", "show", "users", "users/nobody", code=1)
    exported = json.loads(file.read_text())
    assert set(exported["domains"]) == {"conversation", "users", "world", "avatar", "system"}
    stored = json.loads(supervisor("state", "export", "--domain", "users"))
    assert stored["domains"]["users"]["state"] == exported["domains"]["users"]["state"]

    elsewhere = Command(other)
    exported["domains"]["users"]["state"]["users"]["name:mio"]["relationship_level"] = "much"
    exported["domains"]["world"]["schema"] = 99
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(exported))
    said = elsewhere("state", "import", str(wrong), "--yes", code=1)
    assert "domains/users/state/users/name:mio/relationship_level" in said
    assert "domains/world/schema" in said
    assert names(elsewhere) == set()
    assert "add --yes" in elsewhere("state", "import", str(file), code=1)

    elsewhere("state", "import", str(file), "--domain", "users", "--yes")
    assert names(elsewhere) == {"Mio"}
    assert len(list((other / "data" / "state" / "users").glob("*.state"))) == 1
    with started(other):
        assert names(elsewhere) == {"Mio"}
        elsewhere("talk", "Hello again", "--as", "Mio")
        assert elsewhere.json_of("users", "show", "mio")["preferences"] == {"favourite colour": "violet"}
    assert elsewhere.json_of("users", "show", "mio")["preferences"] == {"favourite colour": "violet"}


def test_the_doctor_examines_a_running_instance_and_mends_a_stopped_one(
    home: Path, supervisor: Command
) -> None:
    with started(home):
        supervisor("talk", "Hello", "--as", "Mio")
        report = supervisor.json_of("state", "doctor")
        assert report["fine"]
        assert "stop it with" in supervisor("state", "doctor", "--repair", code=4)
    for file in (home / "data" / "state" / "users").glob("*.state"):
        file.write_bytes(file.read_bytes()[:-3])
    said = supervisor("state", "doctor", code=1)
    assert "is damaged" in said
    assert "--repair" in said
    said = supervisor("state", "doctor", "--repair")
    assert "was written again" in said
    assert "set aside" in said
    supervisor("state", "doctor", "--repair", "--prune")
    assert not supervisor.json_of("state", "doctor")["leftovers"]
    with started(home):
        assert names(supervisor) == {"Mio"}
        row = next(r for r in supervisor.json_of("status")["actors"] if r["address"] == "persistence")
        assert row["health"] == "OK"


def test_whoever_is_forgotten_is_gone_for_good_and_what_else_holds_their_words_is_said(
    home: Path, supervisor: Command
) -> None:
    with started(home):
        supervisor("talk", "I like violets", "--as", "Mio")
    exported = home / "before.json"
    supervisor("state", "export", "--to", str(exported))
    backup = supervisor.json_of("backup")["path"]
    (old,) = (home / "data" / "traces").rglob("root.*.mcap")
    assert "no Gerald runs" in supervisor("users", "forget", "Mio", "--yes", code=3)
    with started(home):
        supervisor("talk", "I like roses", "--as", "Ben")
        assert "did you mean 'Mio'" in supervisor("users", "show", "Moi", code=1)
        assert "add --yes" in supervisor("users", "forget", "MIO", code=1)
        said = supervisor("users", "forget", "MIO", "--yes")
        assert "Mio (name:mio) is forgotten" in said
        assert str(old) in said
        assert backup in said
        assert "cannot be changed now" in said
        assert names(supervisor) == {"Ben"}
        elsewhere = supervisor.json_of("users", "forget", "Mio", "--traces")["elsewhere"]
        assert elsewhere["deleted"] == [str(old)]
        assert elsewhere["being_written"]
        assert not old.exists()
    assert not holding(home, b"violets")
    assert "deleted" in supervisor("users", "forget", "Mio", "--traces")
    supervisor("state", "import", str(exported), "--yes")
    assert names(supervisor) == set()
    assert not holding(home, b"violets")
    with started(home):
        assert "Mio" not in names(supervisor)


def test_of_several_who_go_by_one_name_all_are_named(supervisor: Command, tmp_path: Path) -> None:
    people = {id: {"user_id": id, "display_name": "Mio"} for id in ("usr_1", "usr_2")}
    state = {"users": people, "names": {"mio": list(people)}}
    file = tmp_path / "people.json"
    file.write_text(json.dumps({"gerald_state": 1, "domains": {"users": {"schema": 2, "state": state}}}))
    supervisor("state", "import", str(file), "--yes")
    said = supervisor("users", "show", "mio", code=1)
    assert "several people are called 'mio'" in said
    assert "usr_1" in said
    assert "usr_2" in said
    assert supervisor.json_of("users", "show", "usr_2")["user_id"] == "usr_2"
    assert "start Gerald" in supervisor("users", "forget", "usr_2", "--traces", code=3)


def test_two_entries_of_one_person_become_one_and_are_corrected(home: Path, supervisor: Command) -> None:
    with started(home):
        supervisor("talk", "I live in Bergen.", "--as", "Tim")
        supervisor("talk", "My dog is called Rex.", "--as", "Timo")
        assert "Tim is Timo (name:timo) from now on" in supervisor("users", "merge", "tim", "Timo")
        assert "one entry already" in supervisor("users", "merge", "Tim", "Timo", code=1)
        assert "nobody is known by" in supervisor("users", "correct", "Nobody", "Rex", "--drop", code=1)
        assert "either --to TEXT" in supervisor("users", "correct", "Tim", "Rex", code=2)
        assert "Rex; now: My cat is called Rex" in supervisor(
            "users", "correct", "Tim", "dog", "--to", "My cat is called Rex"
        )
        assert "Bergen; dropped" in supervisor("users", "correct", "Tim", "Bergen", "--drop")
        assert "called; now: called: T" in supervisor("users", "correct", "Tim", "called", "--to", "T")
    shown = supervisor("users", "show", "Tim")
    assert "also called Tim" in shown
    assert "My cat is called Rex" in shown
    assert "dog" not in shown.partition("last words")[0].replace("topic:dog", "")
    assert names(supervisor) == {"Timo"}


def test_who_is_blocked_stays_so_after_a_restart(home: Path, supervisor: Command) -> None:
    with started(home):
        supervisor("talk", "Hello", "--as", "Mio")
        assert "Mio: whoever goes by that name is blocked" in supervisor("users", "block", "MIO")
        assert "whoever goes by that name is blocked" in supervisor("users", "block", "Troll")
        assert "only written alike" in supervisor("users", "block", "Ｍio", code=1)
    rows = supervisor.json("users", "list")
    assert isinstance(rows, list)
    assert {(row["display_name"], row["blocked"]) for row in rows} == {("Mio", True), ("Troll", True)}
    with started(home):
        supervisor("talk", "My favourite colour is violet", "--as", "Mio", code=1)
        assert supervisor.json_of("users", "show", "mio")["preferences"] == {}
        supervisor("users", "unblock", "Mio")
        supervisor("talk", "My favourite colour is violet", "--as", "Mio")
        assert supervisor.json_of("users", "show", "mio")["preferences"] == {"favourite colour": "violet"}
        assert "nobody who goes by it is blocked" in supervisor("users", "unblock", "Mio", code=1)


def test_a_list_that_is_saved_counts_in_a_running_instance(home: Path, supervisor: Command) -> None:
    lists = ("safety.lists=[words.txt]", 'safety.instead="Something else."')
    with forked_instance(home, (*ports(), "llm.mock_responses=true", *lists), {}, "--text"):
        assert "Something else." in supervisor("talk", "Hello")
        status = supervisor("status")
        assert "words.txt: No such file or directory" in status
        (home / "words.txt").write_text("/(/\nunheardof\n")
        for _ in range(100):
            if "words.txt:1: the pattern cannot be used" in (status := supervisor("status")):
                break
        assert "words.txt:1: the pattern cannot be used" in status
        assert "Something else." not in supervisor("talk", "Hello again")
