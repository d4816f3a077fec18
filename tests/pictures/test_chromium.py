"""Driving Chromium: what is missing or broken is said in a line."""

from pathlib import Path

import pytest

from tests.pictures.renderer.chromium import Browser, NoChromium


def test_without_chromium_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoChromium, match="apt-get install chromium"), Browser([]):
        pass


def test_a_browser_that_ends_at_once_is_named_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho 'no such library' >&2\nexit 7\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(NoChromium, match="ended with status 7: no such library"), Browser([]):
        pass
