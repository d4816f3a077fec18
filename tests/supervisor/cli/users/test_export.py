"""Everything of one person in a file."""

from pathlib import Path

import msgspec
import pytest

from actors.users.facts.fact import Fact
from actors.users.state import UserState
from supervisor.cli.users.export import write_new
from supervisor.offline.people import everything_of
from tests.doubles.rights import is_owners_only

ANN = UserState("usr_ann", "Ann", facts=(Fact("I live in Oslo", "home", "home", "usr_ann", "usr_ann", 1.0),))
OF_BOB = Fact("Bob likes boats", "like", "view:boat", "usr_bob", "usr_ann", 3.0, "Ann")


def test_the_file_holds_the_record_and_what_was_told_of_others_and_is_the_owners_only(tmp_path: Path) -> None:
    file = tmp_path / "ann.json"
    write_new(file, everything_of(ANN, (OF_BOB,), voice_kept=True))
    found = msgspec.json.decode(file.read_bytes())
    assert msgspec.convert(found["person"], UserState) == ANN
    assert msgspec.convert(found["told_of_others"], tuple[Fact, ...]) == (OF_BOB,)
    assert is_owners_only(file)


def test_a_file_that_exists_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "ann.json"
    file.write_text("mine")
    with pytest.raises(SystemExit):
        write_new(file, everything_of(ANN, (), voice_kept=False))
    assert file.read_text() == "mine"
    assert "cannot be written" in capsys.readouterr().err
