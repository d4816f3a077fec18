"""What is wrong with the disk, and until when."""

import logging

import pytest

from actors.persistence.disk_health import DiskHealth
from actors.persistence.store.encryption import KeyUnavailable
from actors.persistence.store.errors import StoreError

FULL = StoreError("no space", "free some")


def test_a_failure_lasts_until_the_disk_works_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    health = DiskHealth()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            health.failed(FULL)
    assert len(caplog.records) == 1
    assert health.trouble is FULL
    health.works()
    assert health.trouble is None


def test_what_remains_is_still_trouble() -> None:
    health = DiskHealth()
    health.works(FULL)
    assert health.trouble is FULL


def test_a_working_disk_does_not_help_a_domain_that_cannot_be_decrypted() -> None:
    health = DiskHealth()
    locked = KeyUnavailable("no key", "bring it")
    health.unreadable("users", locked)
    health.works()
    assert health.trouble is locked
    health.readable("users")
    health.works()
    assert health.trouble is None


def test_damage_lasts_until_the_domain_is_written_again_and_that_of_the_database_until_any_is() -> None:
    health = DiskHealth()
    for domain in ("", "users", "world"):
        health.damaged(domain, f"{domain} is damaged")
    health.rewritten(["system"])
    assert set(health.damage) == {"", "users", "world"}
    health.rewritten(["users"])
    assert set(health.damage) == {"world"}
    health.rewritten(["world"])
    assert not health.damage
