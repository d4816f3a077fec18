"""A home as an earlier version of Gerald left it is read with everything in it.

fixtures/kept_home was written by a real run: Anna and Ben talked to Gerald, Zoe was forgotten, and a backup was made.
"""

import shutil
from pathlib import Path

import pytest

from actors.persistence.backup.backups import kept_in
from actors.persistence.backup.file import read
from actors.persistence.recovery.check import examine
from config.home import Home
from supervisor.offline.restore import restore
from supervisor.offline.schemas import document_of
from supervisor.offline.store import offline_store, stored_states
from supervisor.tree import DOMAINS

KEPT = Path(__file__).parent / "fixtures" / "kept_home"
SAID = ["My favourite colour is violet", "I play the piano", "Do you remember me?", "I like rain, too"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    shutil.copytree(KEPT, tmp_path / "home")
    return Home(tmp_path / "home")


def test_the_people_and_the_conversation_are_there(home: Home) -> None:
    states = {stored.domain: stored.document.state for stored in stored_states(home, DOMAINS)}
    assert set(states) == set(DOMAINS)
    users = states["users"].users
    assert set(users) == {"name:anna", "name:ben"}
    assert users["name:anna"].preferences["favourite colour"] == "violet"
    assert [said.text for said in states["conversation"].messages if said.role == "user"] == SAID
    assert states["system"].performance_metrics.turns == 5


def test_nothing_in_it_is_damaged_and_who_was_forgotten_is_known(home: Home) -> None:
    with offline_store(home) as found:
        report = examine(found.case(used=False))
        assert report.fine, report
        assert report.tombstones == 1
        assert report.outdated == report.leftovers == ()
        for domain in DOMAINS:
            read = found.store.read(domain)
            assert read.damaged == ()
            assert found.store.open_epoch(domain, 0) > read.chain.version.epoch  # type: ignore[union-attr]


def test_its_backup_is_read_and_restored(home: Home) -> None:
    with offline_store(home, writes=True) as found:
        (kept,) = kept_in(found.backups.folder)
        content = read(kept.path).content
        assert set(content.chains) == set(DOMAINS)
        assert len(content.tombstones) == 1
        users = document_of(found.actor("users"), content.chains["users"]).document.state
        assert set(users.users) == {"name:anna", "name:ben"}
        restore(found, content, DOMAINS)
        conversation = found.state("conversation")
        assert conversation is not None
        said = [said.text for said in conversation.document.state.messages if said.role == "user"]
        assert said == SAID[: len(said)]
        assert "Do you remember me?" in said
