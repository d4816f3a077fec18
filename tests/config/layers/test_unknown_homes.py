"""A `~` that leads nowhere is refused with its place, whichever key has it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.layers.layers import load_config

KEYS = (
    "trace.directory",
    "logging.file",
    "storage.file_path",
    "storage.backup_directory",
    "vrchat.log_directory",
    "llm.local.model_path",
    "audio.voice_model",
    "speech.recognizer_model",
)


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `docker run --user 12345`."""
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)


@pytest.mark.usefixtures("homeless")
@pytest.mark.parametrize(
    "setting",
    [
        *(f"{key}=~/x" for key in KEYS),
        "storage.database_url=lmdb://~/x",
        "audio.input_device=file:~/x",
        "audio.output_device=file:~/x",
        "computer_vision.source=file:~/x",
    ],
)
def test_each_key_is_named(setting: str, write_home: Callable[..., Any]) -> None:
    (error,) = load_config(write_home("bot: {name: Gerald}"), environ={}, overrides=[setting]).errors
    assert error.key == setting.partition("=")[0]
    assert "~/x begins with ~, and this user has no home folder" in error.message
    assert "set HOME" in (error.hint or "")


def test_where_there_is_a_home_folder_nothing_is_said(
    write_home: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    home = write_home("storage: {backup_directory: ~/backups}")
    assert load_config(home, environ={}).errors == ()
    assert home.resolve("~/backups") == tmp_path / "backups"
