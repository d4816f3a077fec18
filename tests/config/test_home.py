"""Where things are in a home."""

from pathlib import Path

import pytest

from config.home import PACKAGE, Home, find_home


def test_a_home_knows_its_places() -> None:
    home = Home(Path("/h"))
    relative = {
        name: getattr(home, name).relative_to("/h").as_posix()
        for name in (
            "config_file",
            "secrets_file",
            "profiles",
            "env_file",
            "models",
            "data",
            "state",
            "traces",
            "logs",
            "instance_file",
        )
    }
    assert relative == {
        "config_file": "config/config.yaml",
        "secrets_file": "config/secrets.yaml",
        "profiles": "config/profiles",
        "env_file": ".env",
        "models": "Models",
        "data": "data",
        "state": "data/state.lmdb",
        "traces": "data/traces",
        "logs": "data/logs",
        "instance_file": "data/instance.json",
    }


def test_relative_paths_begin_at_the_home_and_absolute_ones_stay() -> None:
    home = Home(Path("/h"))
    assert home.resolve("Models/a.onnx") == Path("/h/Models/a.onnx")
    assert home.resolve(str(PACKAGE)) == PACKAGE


def test_the_home_is_the_given_one_else_the_environments_else_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_home("x", {"GERALD_HOME": "/y"}) == Home(tmp_path / "x")
    assert find_home(None, {"GERALD_HOME": str(tmp_path)}) == Home(tmp_path)
    assert find_home(None, {}) == Home(PACKAGE.parent)
