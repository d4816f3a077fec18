"""A database is not opened on a disk that has no room for its pages."""

from pathlib import Path

import pytest

from actors.persistence.store import database as module
from actors.persistence.store.database import Database
from actors.persistence.store.errors import StoreError


def test_a_disk_with_less_room_than_is_needed_is_refused_before_a_page_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NEEDED", 1 << 60)
    database = Database(tmp_path / "state.lmdb", 1 << 20)
    with pytest.raises(StoreError) as refused:
        database.open()
    assert "free some space" in refused.value.remedy
    monkeypatch.setattr(module, "NEEDED", 1)
    database.open()
    database.close()
