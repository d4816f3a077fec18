"""Backups, exports and databases from somebody else: the commands that read them say what is wrong with them, and do no
more.

500 mutants of each, 20,000 with GERALD_SOAK=1; GERALD_SEED repeats one.
"""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from actors.kernel.errors import StateError
from actors.persistence.backup.file import read
from actors.persistence.store.errors import StoreError
from config.schema import Config
from supervisor.cli.state.import_ import fit
from supervisor.offline.schemas import actor_of, document_of
from tests.fuzz.guard import SHARDS, SOAK, command, fuzz, guarded
from tests.fuzz.homes import Template, backup_mutant, export_mutant, store_mutant

pytestmark = pytest.mark.timeout(7200 if SOAK else 300)
WITHOUT_COMMAND = 0.7
"""So many are only read, which is quicker than a whole command."""
READS = (
    ("state", "doctor"), ("state", "doctor", "--json"), ("state", "doctor", "--repair", "--prune"), ("users", "list"),
    ("users", "show", "Mio"), ("state", "export"), ("backup", "--to", "made"), ("state", "doctor", "--repair"),
)  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("template") / "home")


def try_backup(template: Template, at: random.Random, home: Path) -> Callable[[], object]:
    folder = home / "data" / "backups"
    folder.mkdir(parents=True)
    file = folder / "gerald-20260101T000000Z.backup"
    file.write_bytes(backup_mutant(template, at))
    return partial(read_backup if at.random() < WITHOUT_COMMAND else restore, at, home, file)


def read_backup(_: random.Random, home: Path, file: Path) -> None:
    """Everything in it, without a command."""
    with suppress(StoreError):
        content = read(file).content
        for domain, chain in content.chains.items():
            with suppress(StateError):
                document_of(actor_of(domain, Config(), home), chain)


def restore(at: random.Random, home: Path, file: Path) -> None:
    """By the command; and sometimes what was restored is read."""
    said = command(home, *at.choice((("restore", str(file), "--yes"), ("backup", "ls"))))
    if at.random() < 0.1 and "restored as" in said:
        command(home, *at.choice(READS[:4]))


def try_export(template: Template, at: random.Random, home: Path) -> Callable[[], object]:
    file, data = home / "export.json", export_mutant(template, at)
    if at.random() < WITHOUT_COMMAND:
        return lambda: fit(data, (), lambda domain: actor_of(domain, Config(), home))
    file.write_bytes(data)
    return partial(
        command, home, "state", "import", str(file), "--yes", *at.choice(((), (), ("--domain", "users")))
    )


def try_store(template: Template, at: random.Random, home: Path) -> Callable[[], object]:
    store_mutant(template, home, at)
    return partial(command, home, *[str(home / a) if a == "made" else a for a in at.choice(READS)])


ATTEMPTS = {"backup": try_backup, "import": try_export, "store": try_store}


@pytest.fixture
def sound_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages of a mutant are sound, so that it need not be opened in a process of its own first."""
    persistence = "actors.persistence"
    for module in (
        f"{persistence}.store.database",
        f"{persistence}.recovery.check",
        "supervisor.offline.store",
    ):
        monkeypatch.setattr(f"{module}.why_unsound", lambda path: "")


@pytest.mark.usefixtures("sound_pages")
@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("name", ATTEMPTS)
def test_nothing_stored_runs_code_or_breaks_a_command(
    name: str, shard: int, template: Template, tmp_path: Path
) -> None:
    fuzz(name, shard, tmp_path, lambda at, home: ATTEMPTS[name](template, at, home))


@pytest.mark.parametrize("file", ["/dev/zero", "/dev/full", "pipe", "large"])
@pytest.mark.parametrize("arguments", [("restore",), ("state", "import")], ids=" ".join)
def test_what_is_no_file_or_a_huge_one_is_refused_at_once(
    arguments: tuple[str, ...], file: str, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as made:
        made.truncate(2**40)
    said: list[str] = []
    path = str(tmp_path / file)  # of an absolute one, itself
    guarded(lambda: said.append(command(tmp_path / "home", *arguments, path, "--yes")), tmp_path)
    assert "not a regular file" in said[0] or "larger than" in said[0], said
