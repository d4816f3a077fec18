"""The files: made once, private, whole; what cannot be used is said with what to do."""

import datetime
import os
import shutil
from pathlib import Path

import pytest

from supervisor.hosts.identity.authority import LASTS, RENEWED, issue_again, issue_for, make_key
from supervisor.hosts.identity.examination import examine, is_signed_by
from supervisor.hosts.identity.home import home_identity, hosts_folder, make_home
from supervisor.hosts.identity.identity import (
    NoIdentity,
    agent_folder,
    home_folder,
    identity_of,
    take_over,
    write_identity,
)
from supervisor.hosts.identity.names import HOME, Role
from supervisor.hosts.identity.refusal import Refused
from tests.supervisor.hosts.identity.conftest import DAY, NOW, Ca, HomeOfTest


def test_an_authority_is_made_once_and_only_this_user_reads_its_keys(tmp_path: Path) -> None:
    first = make_home(tmp_path, NOW)
    assert first == identity_of(home_folder(tmp_path))
    assert first.name == HOME
    before = {file: file.read_bytes() for file in hosts_folder(tmp_path).rglob("*.pem")}
    assert make_home(tmp_path, NOW + DAY) == first
    assert home_identity(tmp_path, NOW + DAY) == first
    assert {file: file.read_bytes() for file in hosts_folder(tmp_path).rglob("*.pem")} == before
    assert len(before) == 5
    for file in before:
        assert os.name != "posix" or file.stat().st_mode & 0o077 == 0, file


def test_its_certificate_is_made_anew_before_it_ends_and_the_authority_stays(tmp_path: Path) -> None:
    first = make_home(tmp_path, NOW)
    authority, shown = first.authority.read_bytes(), first.certificate.read_bytes()
    later = NOW + LASTS - RENEWED
    again = home_identity(tmp_path, later)
    assert again.authority.read_bytes() == authority
    assert again.certificate.read_bytes() != shown
    assert examine(again.certificate.read_bytes(), authority, Role.HOME, later).until > later + RENEWED


def test_without_an_authority_nothing_is_made_by_itself(tmp_path: Path) -> None:
    with pytest.raises(NoIdentity, match="supervisor host init"):
        home_identity(tmp_path, NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spoilt", ["key.pem", "certificate.pem", "authority.pem"])
@pytest.mark.parametrize("how", ["gone", "empty", "other", "huge"])
def test_a_home_mends_its_own_certificate(tmp_path: Path, spoilt: str, how: str) -> None:
    first = make_home(tmp_path, NOW)
    file = home_folder(tmp_path) / spoilt
    match how:
        case "gone":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "other":
            make_home(tmp_path / "other", NOW)
            shutil.copy(home_folder(tmp_path / "other") / spoilt, file)
        case "huge":
            file.write_bytes(b"x" * (1 << 20))
    mended = make_home(tmp_path, NOW)
    assert identity_of(home_folder(tmp_path)) == mended
    assert (
        mended.authority.read_bytes()
        == (hosts_folder(tmp_path) / "authority" / "certificate.pem").read_bytes()
    )
    assert first.name == mended.name


def test_a_lost_key_of_the_authority_is_said(tmp_path: Path) -> None:
    make_home(tmp_path, NOW)
    (hosts_folder(tmp_path) / "authority" / "key.pem").unlink()
    with pytest.raises(NoIdentity, match="restore it from a backup") as said:
        make_home(tmp_path, NOW)
    assert "key.pem" in str(said.value)


def host_identity(folder: Path, ca: Ca, name: str = "gpu-box") -> Path:
    key = make_key()
    write_identity(
        agent_folder(folder),
        key,
        issue_for(ca.certificate, ca.key, key, Role.HOST, name, NOW),
        ca.certificate,
    )
    return agent_folder(folder)


def test_a_host_is_who_its_certificate_says_and_signs_with_its_key(tmp_path: Path, ca: Ca) -> None:
    found = identity_of(host_identity(tmp_path, ca))
    assert found.name == "gpu-box"
    assert is_signed_by(found.certificate.read_bytes(), found.sign(b"words"), b"words")


def test_what_cannot_be_used_is_said(tmp_path: Path, ca: Ca, stranger: Ca) -> None:
    folder = agent_folder(tmp_path)
    with pytest.raises(NoIdentity, match="supervisor host join CODE"):
        identity_of(folder)
    host_identity(tmp_path, ca)
    key = folder / "key.pem"
    key.write_bytes(make_key())
    key.chmod(0o600)
    with pytest.raises(NoIdentity, match="do not belong together"):
        identity_of(folder)
    key.write_bytes(b"no key")
    with pytest.raises(NoIdentity, match="cannot be used"):
        identity_of(folder)


@pytest.mark.posix("modes of files")
def test_a_key_that_others_can_read_is_not_used(tmp_path: Path, ca: Ca) -> None:
    (host_identity(tmp_path, ca) / "key.pem").chmod(0o640)
    with pytest.raises(NoIdentity, match="chmod 600"):
        identity_of(agent_folder(tmp_path))


def test_a_newer_certificate_is_taken_over_and_no_other(tmp_path: Path, ca: Ca, stranger: Ca) -> None:
    identity = identity_of(host_identity(tmp_path, ca))
    before, key, later = identity.certificate.read_bytes(), identity.key.read_bytes(), NOW + 100 * DAY
    others = (
        issue_for(stranger.certificate, stranger.key, key, Role.HOST, "gpu-box", later),
        issue_for(ca.certificate, ca.key, key, Role.HOST, "other-box", later),
        issue_for(ca.certificate, ca.key, key, Role.HOME, HOME, later),
        issue_for(ca.certificate, ca.key, make_key(), Role.HOST, "gpu-box", later),
        issue_for(ca.certificate, ca.key, key, Role.HOST, "gpu-box", NOW - DAY),
        b"",
    )
    for other in others:
        with pytest.raises(Refused):
            take_over(identity, other, later)
        assert identity.certificate.read_bytes() == before
    newer = issue_again(ca.certificate, ca.key, before, Role.HOST, "gpu-box", later)
    take_over(identity, newer, later)
    assert identity_of(agent_folder(tmp_path)) == identity
    assert identity.certificate.read_bytes() == newer


def test_the_clock_is_not_looked_at_before_somebody_asks(home: HomeOfTest) -> None:
    much_later = NOW + datetime.timedelta(days=2000)
    assert identity_of(home_folder(home.data)).name == HOME
    assert make_home(home.data, much_later).certificate.exists()
