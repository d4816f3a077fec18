"""Files of a trace that mention somebody."""

from pathlib import Path

import pytest

from actors.vocabulary.values import UNKNOWN, Person, person_named
from supervisor.trace.analyse.mentions import mentions
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.trace.samples import Heard, envelope, handled

ANNA = Person("usr_anna", "Anna")


def record(folder: Path, run: str, *words: str) -> Path:
    recorder = Recorder(folder, "root", run=run)
    for number, word in enumerate(words, 1):
        text = Heard(word)
        recorder.append(handled(envelope(number, text), wall=float(number)))
    recorder.close()
    (path,) = (folder / run).glob("*.mcap")
    return path


def found(folder: Path, *people: Person, running: str = "") -> set[Path]:
    return {mention.path for mention in mentions(folder, people, running)}


@pytest.mark.parametrize("words", ["hello Anna", "ANNA!", "for usr_anna only", '"Anna"'])
def test_an_id_or_a_name_is_found_in_any_case(tmp_path: Path, words: str) -> None:
    record(tmp_path, "a", "nothing here", "Joanna and Annabel")
    path = record(tmp_path, "b", "nothing", words)
    assert found(tmp_path, ANNA) == {path}


def test_a_name_with_quotes_and_letters_beyond_ascii_is_found(tmp_path: Path) -> None:
    path = record(tmp_path, "a", 'who is Zoë "Zo" 雪?')
    assert found(tmp_path, person_named('Zoë "Zo"')) == {path}
    assert found(tmp_path, Person("usr_x", "Zoë")) == {path}


def test_nobody_and_names_of_two_letters_are_not_looked_for(tmp_path: Path) -> None:
    record(tmp_path, "a", "unknown Al")
    assert not found(tmp_path, UNKNOWN)
    assert not found(tmp_path, Person("usr_al", "Al"))
    assert not found(tmp_path / "nowhere", ANNA)


def test_what_is_being_written_is_named_as_open_whatever_is_in_it_yet(tmp_path: Path) -> None:
    path = record(tmp_path, "now", "nothing yet")
    (mention,) = mentions(tmp_path, (ANNA,), "now")
    assert mention.path == path
    assert mention.open
    assert not found(tmp_path, ANNA, running="another")


def test_of_a_file_that_cannot_be_read_whole_nobody_can_tell(tmp_path: Path) -> None:
    path = record(tmp_path, "a", "hello Anna", "x" * 5000)
    path.write_bytes(path.read_bytes()[:200])
    (mention,) = mentions(tmp_path, (ANNA,))
    assert mention.unsure
