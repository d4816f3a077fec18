"""A backup's file: what is written is read, whatever is wrong with it is noticed, and any program can list it."""

from hashlib import blake2b
from pathlib import Path

import msgpack
import msgspec
import pytest

from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document, count_parts, encoded_part
from actors.kernel.state.patch import difference, pack
from actors.persistence.backup import file as backup_file
from actors.persistence.backup.content import BackupContent, try_changes
from actors.persistence.backup.file import SUM, Unusable, encoded, listed, read, tombstones_in, write
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.encryption import StoreEncryption
from actors.persistence.store.errors import StoreError
from actors.persistence.store.record import Damaged, Kind, Record
from tests.doubles.rights import is_owners_only
from tests.doubles.sealer import XorSealer

MADE_AT = 1_700_000_000.5


class Words(msgspec.Struct, frozen=True):
    words: tuple[str, ...] = ()
    notes: dict[str, str] = {}
    people: dict[str, int] = {}


def chain(domain: str = "system", words: tuple[str, ...] = ("one", "two"), schema: int = 1) -> Chain:
    """A state of no words, and a change for each."""
    before = Document(Words())
    snapshot = Snapshot(domain, schema, Version(3, 1), 5.0, (encoded_part(before, "", 0),))
    changes = []
    for n, _ in enumerate(words, 2):
        after = Document(Words(words[: n - 1]))
        steps = pack(difference(before, after))
        changes.append(Record(Kind.CHANGE, domain, schema, Version(3, n), 6.0, steps, Version(3, n - 1)))
        before = after
    return Chain(snapshot, tuple(changes))


def content(*chains: Chain) -> BackupContent:
    found = chains or (chain(), chain("users", ("Anna",)))
    return BackupContent({c.snapshot.domain: c for c in found}, {"hash": 7.0}, {"system": 3, "world": 9})


def sealed() -> StoreEncryption:
    return StoreEncryption(XorSealer())


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    made = write(tmp_path / "a.backup", content(), MADE_AT)
    found = read(tmp_path / "a.backup")
    assert found == made
    assert found.content == content()
    assert (found.header.made_at, found.header.encrypted) == (MADE_AT, False)
    assert found.header.domains["system"].version == Version(3, 3)
    assert found.size == (tmp_path / "a.backup").stat().st_size


def test_only_its_owner_can_read_it_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a.backup"
    write(path, content(), MADE_AT)
    assert is_owners_only(path)
    assert [file.name for file in path.parent.iterdir()] == ["a.backup"]


def test_nothing_of_gerald_is_needed_to_list_it(tmp_path: Path) -> None:
    write(tmp_path / "a.backup", content(), MADE_AT)
    head, *records, trailer = msgpack.Unpacker((tmp_path / "a.backup").open("rb"))
    assert head["format"] == 1
    assert head["domains"]["users"]["version"] == {"epoch": 3, "n": 2}
    assert all(isinstance(record, bytes) for record in records)
    assert trailer["count"] == len(records)


def test_every_byte_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    write(path, content(), MADE_AT)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :])
        with pytest.raises(Unusable):
            listed(path)


def test_one_that_ends_too_early_or_too_late_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    write(path, content(), MADE_AT)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(Unusable):
            read(path)
    for more in (b"\x00", whole):
        path.write_bytes(whole + more)
        with pytest.raises(Unusable, match="after its end"):
            read(path)


def test_what_is_no_backup_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    path.write_bytes(msgpack.packb({"what": "a cake"}))
    with pytest.raises(Unusable, match="is not a backup"):
        read(path)
    with pytest.raises(StoreError, match="No such file"):
        read(tmp_path / "b.backup")


def test_a_later_version_s_is_refused_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.backup"
    with monkeypatch.context() as later:
        later.setattr(backup_file, "FORMAT", 2)
        path.write_bytes(b"".join(encoded(content(), MADE_AT)))
    with pytest.raises(Unusable, match=r"later version of Gerald \(format 2") as error:
        read(path)
    assert error.value.remedy == "update Gerald"


def test_an_encrypted_one_shows_no_words_and_opens_with_its_key_only(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    write(path, content(chain(words=("a secret word",))), MADE_AT, sealed())
    assert b"a secret word" not in path.read_bytes()
    assert read(path, sealed()).content == content(chain(words=("a secret word",)))
    for encryption in (StoreEncryption(), StoreEncryption(XorSealer(b"another"))):
        with pytest.raises(Unusable, match="encrypted"):
            read(path, encryption)
    assert listed(path).encrypted  # what it says of itself is no secret


@pytest.mark.parametrize("damaged", [False, True])
def test_who_is_forgotten_is_told_without_a_key_and_by_a_damaged_one(tmp_path: Path, damaged: bool) -> None:
    made = write(tmp_path / "a.backup", content(), MADE_AT, sealed())
    if damaged:
        made.path.write_bytes(made.path.read_bytes()[:-20])
    assert tombstones_in(made.path) == {"hash": 7.0}


def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="is not the name of a domain"):
        write(tmp_path / "a.backup", content(chain("../elsewhere")), MADE_AT)


def test_a_domain_that_its_header_does_not_name_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    write(path, content(), MADE_AT)
    unpacker = msgpack.Unpacker(raw=False)
    unpacker.feed(path.read_bytes())
    head, *records, trailer = unpacker
    del head["domains"]["users"]
    body = b"".join(map(msgpack.packb, (head, *records)))
    trailer["blake2b"] = blake2b(body, digest_size=SUM).digest()
    path.write_bytes(body + msgpack.packb(trailer))
    with pytest.raises(Unusable, match="does not hold the domains in its header"):
        read(path)


@pytest.mark.parametrize("lost", ["a change", "the state"])
def test_a_chain_that_leads_elsewhere_is_noticed(tmp_path: Path, lost: str) -> None:
    whole = chain()
    torn = Chain(whole.snapshot, whole.changes[1:]) if lost == "a change" else whole
    if lost == "the state":
        torn = Chain(msgspec.structs.replace(whole.snapshot, version=Version(2, 9)), whole.changes)
    with pytest.raises(Unusable, match="a change of system is missing"):
        write(tmp_path / "a.backup", content(torn), MADE_AT)
    assert not list(tmp_path.iterdir())


def test_a_change_that_does_not_fit_is_noticed(tmp_path: Path) -> None:
    whole = chain()
    wrong = pack([(1, ("state", "no such field"))])
    torn = Chain(whole.snapshot, (msgspec.structs.replace(whole.changes[0], payload=wrong),))
    with pytest.raises(Unusable, match="does not fit"):
        write(tmp_path / "a.backup", content(torn), MADE_AT)


def test_what_follows_on_a_change_of_form_is_left_to_its_domain() -> None:
    whole = chain()
    migrated = msgspec.structs.replace(whole.changes[1], schema=2, payload=b"of the next form")
    try_changes(Chain(whole.snapshot, (whole.changes[0], migrated)))


def test_changes_are_tried_on_a_state_in_parts() -> None:
    state = Words(people={f"p{n}": n for n in range(500)})
    parts = tuple(
        encoded_part(Document(state), "people", part) for part in range(count_parts(state, "people"))
    )
    snapshot = Snapshot("users", 1, Version(1, 1), 5.0, parts)

    def following(*steps: object) -> Chain:
        return Chain(
            snapshot,
            (Record(Kind.CHANGE, "users", 1, Version(1, 2), 6.0, pack(steps), Version(1, 1)),),  # type: ignore[arg-type]
        )

    try_changes(following((1, ("state", "people", "p499"))))
    with pytest.raises(Damaged):
        try_changes(following((1, ("state", "people", "p500"))))


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, pieces: object) -> None:
        path.write_bytes(b"half of it")
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(backup_file, "_write", full)
    with pytest.raises(StoreError, match="No space left") as error:
        write(tmp_path / "a.backup", content(), MADE_AT)
    assert "free some space" in error.value.remedy
    assert not list(tmp_path.iterdir())
