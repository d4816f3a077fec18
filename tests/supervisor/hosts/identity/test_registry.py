"""Who may come: whoever was let in and was not removed since, whatever else anybody can show."""

import os
import threading

import msgspec
import pytest
from cryptography import x509

from supervisor.hosts.identity.authority import EARLIER, LASTS, RENEWED
from supervisor.hosts.identity.home import hosts_folder
from supervisor.hosts.identity.names import HOME, Role
from supervisor.hosts.identity.refusal import Reason, Refused
from supervisor.hosts.identity.registry import (
    MOST_HOSTS,
    MOST_REVOKED,
    Contents,
    Registry,
    RegistryTrouble,
    Revoked,
    UnknownHost,
)
from tests.supervisor.hosts.identity.conftest import DAY, NOW, Ca, HomeOfTest


def refused(home: HomeOfTest, certificate: bytes, claimed: str = "") -> Reason:
    with pytest.raises(Refused) as found:
        home.registry.admit(certificate, claimed)
    return found.value.reason


def test_who_joined_may_come_and_nobody_else(home: HomeOfTest, stranger: Ca) -> None:
    certificate = home.join("gpu-box")
    assert home.registry.admit(certificate) == "gpu-box"
    assert home.registry.admit(certificate, "gpu-box") == "gpu-box"
    assert refused(home, certificate, "other-box") is Reason.WRONG_NAME
    assert refused(home, stranger.issue("gpu-box")) is Reason.STRANGER
    assert refused(home, home.ca.issue(HOME, Role.HOME)) is Reason.WRONG_PURPOSE
    assert refused(home, b"") is Reason.MALFORMED


def test_a_good_certificate_that_was_never_let_in_is_a_strangers(home: HomeOfTest) -> None:
    home.join("gpu-box")
    assert refused(home, home.ca.issue("gpu-box")) is Reason.STRANGER
    assert refused(home, home.ca.issue("other-box")) is Reason.STRANGER


def test_a_certificate_ends(home: HomeOfTest) -> None:
    certificate = home.join("gpu-box")
    home.clock.now = NOW + LASTS
    assert refused(home, certificate) is Reason.EXPIRED
    home.clock.now = NOW - 2 * DAY
    assert refused(home, certificate) is Reason.NOT_YET_VALID


def test_a_revoked_host_is_refused_by_whoever_has_the_file_open(home: HomeOfTest) -> None:
    certificate, other = home.join("gpu-box"), home.join("other-box")
    running = Registry(home.data, home.clock)
    assert running.admit(certificate) == "gpu-box"
    home.registry.revoke("gpu-box")
    with pytest.raises(Refused) as found:
        running.admit(certificate)
    assert found.value.reason is Reason.REVOKED
    assert running.admit(other) == "other-box"
    with pytest.raises(UnknownHost, match="supervisor host list"):
        home.registry.revoke("gpu-box")


def test_who_joins_again_loses_what_it_had(home: HomeOfTest) -> None:
    before = home.join("gpu-box")
    now = home.join("gpu-box")
    assert refused(home, before) is Reason.REVOKED
    assert home.registry.admit(now) == "gpu-box"
    assert [host.name for host in home.registry.contents().hosts] == ["gpu-box"]


SOON = LASTS - RENEWED
"""So long after it was issued a certificate ends soon."""


def test_a_certificate_that_lasts_is_not_renewed(home: HomeOfTest) -> None:
    certificate = home.join("gpu-box")
    home.clock.now = NOW + SOON - 2 * DAY
    assert home.registry.renew(certificate) is None
    assert len(home.registry.contents().hosts[0].fingerprints) == 1


def test_one_that_ends_soon_is_renewed_for_its_own_key(home: HomeOfTest) -> None:
    certificate = home.join("gpu-box")
    home.clock.now = NOW + SOON
    newer = home.registry.renew(certificate)
    assert newer is not None
    before, after = (x509.load_pem_x509_certificate(one).public_key() for one in (certificate, newer))
    assert before == after
    assert [home.registry.admit(one) for one in (certificate, newer)] == ["gpu-box", "gpu-box"]
    assert home.registry.contents().hosts[0].until == pytest.approx(
        (home.clock.now - EARLIER + LASTS).timestamp()
    )
    home.clock.now = NOW + LASTS
    assert refused(home, certificate) is Reason.EXPIRED
    assert home.registry.admit(newer) == "gpu-box"


def test_one_that_was_lost_on_the_way_is_replaced_by_the_next(home: HomeOfTest) -> None:
    certificate = home.join("gpu-box")
    home.clock.now = NOW + SOON
    lost, newer = home.registry.renew(certificate), home.registry.renew(certificate)
    assert lost is not None
    assert newer is not None
    assert refused(home, lost) is Reason.STRANGER
    assert [home.registry.admit(one) for one in (certificate, newer)] == ["gpu-box", "gpu-box"]
    home.registry.revoke("gpu-box")
    assert [refused(home, one) for one in (certificate, newer)] == [Reason.REVOKED, Reason.REVOKED]


def test_who_may_not_come_gets_no_newer_one(home: HomeOfTest, stranger: Ca) -> None:
    certificate = home.join("gpu-box")
    home.clock.now = NOW + SOON
    home.registry.revoke("gpu-box")
    for shown in (certificate, home.ca.issue("gpu-box"), stranger.issue("gpu-box"), b""):
        with pytest.raises(Refused):
            home.registry.renew(shown)
    home.join("other-box")
    home.clock.now = NOW + 2 * LASTS
    with pytest.raises(Refused):
        home.registry.renew(certificate)


def test_only_a_certificate_of_its_own_is_let_in(home: HomeOfTest, stranger: Ca) -> None:
    with pytest.raises(Refused):
        home.registry.add("gpu-box", stranger.issue("gpu-box"))
    with pytest.raises(Refused):
        home.registry.add("gpu-box", home.ca.issue("other-box"))
    assert home.registry.contents() == Contents()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"hosts": 3}', '{"hosts": [{"name": 1}]}', '{"schema": 2}', "\x00" * 9]
)
def test_a_damaged_file_lets_nobody_in_and_is_not_written_over(home: HomeOfTest, text: str) -> None:
    certificate = home.join("gpu-box")
    file = hosts_folder(home.data) / "registry.json"
    good = file.read_bytes()
    file.write_text(text)
    assert refused(home, certificate) is Reason.STRANGER
    with pytest.raises(RegistryTrouble, match=r"registry\.json"):
        home.registry.revoke("gpu-box")
    with pytest.raises(RegistryTrouble):
        home.join("other-box")
    assert file.read_text() == text
    file.write_bytes(good)
    assert home.registry.admit(certificate) == "gpu-box"


def test_without_the_file_nobody_is_let_in(home: HomeOfTest) -> None:
    certificate = home.join("gpu-box")
    file = hosts_folder(home.data) / "registry.json"
    assert os.name != "posix" or file.stat().st_mode & 0o077 == 0
    file.unlink()
    assert refused(home, certificate) is Reason.STRANGER


def test_there_is_a_limit_of_hosts(home: HomeOfTest) -> None:
    for number in range(MOST_HOSTS):
        home.join(f"box-{number}")
    with pytest.raises(RegistryTrouble, match="supervisor host remove"):
        home.join("one-more")
    home.join("box-0")  # again, in its own place
    assert len(home.registry.contents().hosts) == MOST_HOSTS


def test_what_was_revoked_is_remembered_until_it_has_ended(home: HomeOfTest) -> None:
    file = hosts_folder(home.data) / "registry.json"
    ended = Revoked(name="old", fingerprint="0" * 64, at=0.0, until=NOW.timestamp() - 1.0)
    lasting = Revoked(name="old", fingerprint="1" * 64, at=0.0, until=NOW.timestamp() + 1.0)
    file.write_bytes(msgspec.json.encode(Contents(revoked=(ended, *[lasting] * MOST_REVOKED))))
    home.join("gpu-box")
    home.registry.revoke("gpu-box")
    left = home.registry.contents().revoked
    assert len(left) == MOST_REVOKED
    assert ended not in left
    assert left[-1].name == "gpu-box"


def test_changes_at_the_same_time_are_all_kept(home: HomeOfTest) -> None:
    certificates = {f"box-{number}": home.ca.issue(f"box-{number}") for number in range(16)}

    def add(name: str) -> None:
        Registry(home.data, home.clock).add(name, certificates[name])

    threads = [threading.Thread(target=add, args=(name,)) for name in certificates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {home.registry.admit(one) for one in certificates.values()} == set(certificates)


def test_slow_clocks_are_allowed_for(home: HomeOfTest) -> None:
    certificate = home.join("gpu-box")
    home.clock.now = NOW - EARLIER
    assert home.registry.admit(certificate) == "gpu-box"
