"""What the page and the commands ask of the configuration, of a running system with real files."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from config.secrets.key_file import KeySource, key_path, make_key_file
from config.secrets.secrets_writer import HEAD, encrypt_text, write_secrets
from config.secrets.wrapped_key import BY_KEY_FILE, wrap
from supervisor.control.requests.answer import answer
from supervisor.control.wire import RequestRefused
from tests.supervisor.runtime.test_config_reload import Running

SECRET = "sk-never-to-be-seen"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    path = tmp_path_factory.mktemp("home")
    one = Running(path, {"GERALD_KEY_FILE": str(path / "key")})
    yield one
    assert one.system.stop()


def ask(running: Running, do: str, **fields: Any) -> dict[str, Any]:
    answers: list[Mapping[str, Any]] = list(answer(running.system, {"do": do, **fields}))
    return dict(answers[-1])


def make_secrets(running: Running) -> None:
    keys = KeySource(running.source.environ)
    make_key_file(key_path(running.source.environ))
    wrapped = wrap(data_key := os.urandom(32), "0123456789abcdef", BY_KEY_FILE, keys)
    write_secrets(running.home, encrypt_text(HEAD, data_key, wrapped, 1), keys)


def test_a_preview_says_what_would_change_and_changes_nothing(running: Running) -> None:
    store = running.system.configuration_store
    version = store.version
    found = ask(running, "config-preview", key="llm.temperature", value="1.5")
    (change,) = found["changes"]
    assert (change["key"], change["after"]) == ("llm.temperature", "1.5")
    assert (found["restarts"], found["by_hand"], found["problems"]) == ([], False, [])
    assert "world.log" in ask(running, "config-preview", key="vrchat.username", value="me")["restarts"]
    assert ask(running, "config-preview", key="trace.words", value="drop")["by_hand"]
    moved = ask(running, "config-preview", key="actors.users.pin", value="process")
    assert moved["restarts"] == ["users"]
    assert (
        "must be a number from 0 to 2"
        in ask(running, "config-preview", key="llm.temperature", value="9")["problems"][0]
    )
    assert ask(running, "config-preview", key="llm.temperature", value=None)["changes"] == []
    assert (store.version, store.runtime) == (version, {})
    with pytest.raises(RequestRefused, match="unknown key"):
        ask(running, "config-preview", key="llm.temprature", value="1")


def test_every_value_in_force_has_its_layer(running: Running) -> None:
    rows = {row["key"]: row for row in ask(running, "config-values")["values"]}
    assert (rows["llm.mock_responses"]["layer"], rows["bot.name"]["layer"]) == ("config", "defaults")
    ask(running, "config-set", key="bot.name", value="Ada")
    (row,) = ask(running, "config-values", key="bot.name")["values"]
    assert (row["value"], row["runtime"], row["saved"]) == ("Ada", True, False)
    ask(running, "config-set", key="bot.name", value="Ada", save=True)
    (row,) = ask(running, "config-values", key="bot.name")["values"]
    assert (row["value"], row["runtime"], row["saved"]) == ("Ada", False, True)
    ask(running, "config-set", key="bot.name", value=None, save=True)
    with pytest.raises(RequestRefused, match="unknown key"):
        ask(running, "config-values", key="bot.nmae")


def test_a_secret_is_set_in_force_at_once_and_in_no_answer(running: Running) -> None:
    with pytest.raises(RequestRefused, match="supervisor secrets init"):
        ask(running, "secret-set", key="llm.api_key", value=SECRET)
    make_secrets(running)
    said = ask(running, "secret-set", key="llm.api_key", value=SECRET)
    assert SECRET not in repr(said)
    key = running.system.config.llm.api_key
    assert key is not None
    assert key.reveal() == SECRET
    assert SECRET not in running.home.secrets_file.read_text()
    assert SECRET not in repr(ask(running, "config-values"))
    ask(running, "secret-set", key="llm.api_keys.work", value=SECRET)
    assert list(running.system.config.llm.api_keys) == ["work"]
    ask(running, "secret-set", key="llm.api_keys.work", value=None)
    ask(running, "secret-set", key="llm.api_key", value=None)
    assert running.system.config.llm.api_key is None


def test_what_is_no_secret_or_not_there_is_refused(running: Running) -> None:
    for key in ("bot.name", "llm", "llm.api", ""):
        with pytest.raises(RequestRefused, match="is no secret"):
            ask(running, "secret-set", key=key, value="x")
    if not running.home.secrets_file.exists():
        make_secrets(running)
    with pytest.raises(RequestRefused, match=r"there is no secret llm\.api_key"):
        ask(running, "secret-set", key="llm.api_key", value=None)
    key_file = Path(running.source.environ["GERALD_KEY_FILE"])
    key = key_file.read_bytes()
    key_file.unlink()
    try:
        with pytest.raises(RequestRefused, match="the key is missing"):
            ask(running, "secret-set", key="llm.api_key", value=SECRET)
    finally:
        key_file.write_bytes(key)
        key_file.chmod(0o600)
