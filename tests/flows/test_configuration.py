"""The configuration of a whole instance, as its owner meets it: commands, editors, secrets, and what is never shown."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.secrets.key_file import make_key_file
from supervisor.demo.instance import DemoInstance
from tests.flows.conftest import Command

WITHIN = 20.0
SECRET = "sk-planted-secret-0123456789"
posix = pytest.mark.posix("scripts of a POSIX shell")


def save_whole(file: Path, text: str) -> None:
    file.write_text(text)


def save_by_replacing(file: Path, text: str) -> None:
    other = file.with_name(".config.yaml.swp")
    other.write_text(text)
    other.replace(file)


def save_slowly(file: Path, text: str) -> None:
    pause = threading.Event()
    with file.open("w") as opened:
        for at in range(0, len(text), 16):
            opened.write(text[at : at + 16])
            opened.flush()
            pause.wait(0.02)


def save_twice(file: Path, text: str) -> None:
    file.write_text(text.replace("temperature", "temprature"))
    file.write_text(text)


def save_and_touch(file: Path, text: str) -> None:
    file.write_text(text)
    os.utime(file)


SAVES = (save_whole, save_by_replacing, save_slowly, save_twice, save_and_touch)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


@pytest.mark.slow
def test_every_way_of_saving_is_taken_over_while_a_turn_is_spoken(
    mocked: DemoInstance, supervisor: Command, home: Path
) -> None:
    file = home / "config" / "config.yaml"
    file.parent.mkdir()
    before = "llm: {temperature: 0.4}"
    talk = subprocess.Popen(
        [sys.executable, "-m", "supervisor", "--home", str(home), "talk", "Tell me something"],
        stdout=subprocess.DEVNULL,
    )
    for number, save in enumerate(SAVES):
        save(file, f"{before}\nbot: {{name: 'Name{number}'}}\nperformance: {{cache_ttl: {number + 7}}}\n")
        version = 2 + number
        until(lambda version=version: _version(supervisor) == version)  # type: ignore[misc]
        assert supervisor.json_of("config", "diff")["changes"] == []
    assert talk.wait(WITHIN) == 0
    status = supervisor.json_of("status")["configuration"]
    assert status["version"] == 1 + len(SAVES)
    assert status["problems"] == []


def _version(supervisor: Command) -> int:
    return int(supervisor.json_of("status")["configuration"]["version"])


def test_set_unset_and_save(mocked: DemoInstance, supervisor: Command, home: Path) -> None:
    foreseen = supervisor("config", "set", "llm.temperature", "0.9", "--dry-run")
    assert "-> 0.9" in foreseen
    assert "nothing was changed" in foreseen
    assert "must be a number" in supervisor("config", "set", "llm.temperature", "9", "--dry-run", code=1)
    assert "is in force: llm.temperature" in supervisor("config", "set", "llm.temperature", "0.9")
    assert "must be a number from 0 to 2, not 9" in supervisor(
        "config", "set", "llm.temperature", "9", code=1
    )
    assert "Did you mean 'temperature'?" in supervisor("config", "set", "llm.temprature", "1", code=1)
    assert "`supervisor secrets set llm.api_key`" in supervisor("config", "set", "llm.api_key", "x", code=1)
    supervisor("config", "set", "bot.name", "007", "--save")
    assert "saved in " in supervisor("config", "set", "bot.name", "007", "--save")
    assert supervisor.json("config", "get", "bot.name") == "007"
    assert "data/overrides.yaml:" in supervisor.json_of("config", "explain", "bot.name")["from"]
    supervisor("config", "unset", "bot.name", "--save")
    assert supervisor.json("config", "get", "bot.name") == "Gerald"
    supervisor("config", "unset", "llm.temperature")
    assert supervisor.json_of("config", "diff")["changes"] == []


def test_mute_and_unmute(mocked: DemoInstance, supervisor: Command, home: Path) -> None:
    before = _version(supervisor)
    assert supervisor("mute", "all") == "muted: ears, voice\n"
    assert _version(supervisor) == before + 2
    assert supervisor.json_of("mute", "ears")["version"] == before + 2, "it is muted already"
    assert supervisor.json_of("unmute", "voice")["version"] == before + 3


def test_without_an_instance_an_override_is_checked_and_kept(supervisor: Command, home: Path) -> None:
    assert "with --save it is kept" in supervisor("config", "set", "llm.temperature", "1", code=1)
    assert "must be a number" in supervisor("config", "set", "llm.temperature", "9", "--save", code=1)
    assert "is a section: set its keys one by one" in supervisor(
        "config", "set", "llm", "{a: 1}", "--save", code=1
    )
    assert "Did you mean 'temperature'?" in supervisor(
        "config", "set", "llm.temprature", "1", "--save", code=1
    )
    assert "is a secret" in supervisor("config", "set", "llm.api_key", "x", "--save", code=1)
    assert not (home / "data" / "overrides.yaml").exists()
    supervisor("config", "set", "llm.temperature", "1", "--save")
    assert supervisor.json("config", "get", "llm.temperature") == 1.0


@posix
def test_a_planted_secret_is_nowhere_but_where_it_belongs(
    mocked: DemoInstance, supervisor: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes to the actors by a live reload; then everything is looked through: files, answers, and crash reports."""
    (home / "config").mkdir()
    save_whole(home / ".env", f"GERALD_LLM__API_KEY='{SECRET}'\nGERALD_LLM__MOCK_RESPONSES=true\n")
    until(lambda: supervisor.json_of("status")["configuration"]["version"] > 1)
    said = [
        supervisor("talk", "Who are you?"),
        supervisor("ask", "configuration", "GetSection", '{"name": "llm"}'),
        supervisor("config", "show", "--effective"),
        supervisor("config", "explain", "llm.api_key"),
        supervisor("config", "diff"),
        supervisor("kill", "llm"),
        supervisor("kill", "llm.local"),
        supervisor("talk", "And now?"),
        supervisor("status", "--json"),
        supervisor("dead-letters", "--json"),
        supervisor("trace", "show"),
    ]
    save_whole(home / "config" / "config.yaml", f"llm:\n  api_kee: {SECRET}\n")
    until(lambda: bool(supervisor.json_of("status")["configuration"]["problems"]))
    said += [supervisor("status", "--json"), supervisor("config", "check", code=1)]
    supervisor("stop")
    assert not [text for text in said if SECRET in text]
    holds = [file for file in home.rglob("*") if file.is_file() and SECRET.encode() in _unpacked(file)]
    assert sorted(str(file.relative_to(home)) for file in holds) == [".env", "config/config.yaml"]


def _unpacked(file: Path) -> bytes:
    """A file's bytes, and of a trace what is in its compressed chunks."""
    data = file.read_bytes()
    if file.suffix != ".mcap":
        return data
    from small_mcap import read_message

    found = [data]
    with contextlib.suppress(Exception), file.open("rb") as opened:  # the tail of one that was killed is torn
        found += [message.data for _, _, message in read_message(opened)]
    assert len(found) > 1
    return b"".join(found)


@posix
def test_secrets_from_the_first_to_the_last(
    supervisor: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "user"))
    (home / "config").mkdir(parents=True)
    (home / "config" / "secrets.yaml").write_text(f"llm:\n  api_key: {SECRET}\n")
    assert "is not encrypted" in supervisor("config", "check", code=2)
    supervisor("secrets", "init")
    assert SECRET not in (home / "config" / "secrets.yaml").read_text()
    assert supervisor("secrets", "get", "llm.api_key").strip() == SECRET
    assert SECRET not in supervisor("secrets", "list")
    assert supervisor.json_of("secrets", "list")["secrets"] == [{"key": "llm.api_key", "line": 2}]
    supervisor("secrets", "rotate")
    locked = (home / "config" / "secrets.yaml").read_text()
    assert "choose one of --passphrase" in supervisor("secrets", "rekey", code=2)
    present = str(home / "user" / "gerald" / "key")
    assert "is the key that locks it now" in supervisor("secrets", "rekey", "--key-file", present, code=1)
    assert (home / "config" / "secrets.yaml").read_text() == locked
    supervisor("secrets", "rekey", "--key-file", str(home / "other.key"))
    assert "the wrong key" in supervisor("secrets", "get", "llm.api_key", code=2)
    (home / "user" / "gerald" / "key").unlink()
    assert "the key is missing" in supervisor("config", "check", code=2)
    (home / "other.key").rename(home / "user" / "gerald" / "key")
    assert supervisor("secrets", "get", "llm.api_key").strip() == SECRET
    assert SECRET not in supervisor("config", "show")
    exported = supervisor("secrets", "export-key").strip()
    assert exported == (home / "user" / "gerald" / "key").read_text().strip()
    supervisor("secrets", "unset", "llm.api_key")
    assert supervisor.json_of("secrets", "list")["secrets"] == []


EDITOR = """#!/bin/sh
echo "$1" > {told}
cat {go} > /dev/null
"""


@posix
def test_nothing_readable_is_left_when_edit_is_killed(
    supervisor: Command, home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path_factory.mktemp("tools")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "user"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tools))
    (home / "config").mkdir(parents=True)
    (home / "config" / "secrets.yaml").write_text(f"llm:\n  api_key: {SECRET}\n")
    supervisor("secrets", "init")
    told, go, editor = tools / "told", tools / "go", tools / "editor"
    os.mkfifo(told)
    os.mkfifo(go)
    editor.write_text(EDITOR.format(told=told, go=go))
    editor.chmod(0o700)
    edit = subprocess.Popen(
        [sys.executable, "-m", "supervisor", "--home", str(home), "secrets", "edit"],
        env={**os.environ, "EDITOR": str(editor)},
        stdin=subprocess.DEVNULL,
    )
    with told.open() as opened:
        plain = Path(opened.read().strip())
    assert SECRET in plain.read_text()
    assert plain.parent.stat().st_mode & 0o777 == 0o700
    edit.kill()
    edit.wait(WITHIN)
    until(lambda: not plain.parent.exists())
    with go.open("w"):
        pass
    assert not list(tools.glob("gerald-secrets-*"))


@posix
def test_an_edited_file_is_checked_and_only_what_changed_is_encrypted_anew(
    supervisor: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "user"))
    make_key_file(home / "user" / "gerald" / "key")
    (home / "config").mkdir(parents=True)
    file = home / "config" / "secrets.yaml"
    file.write_text(f"# mine\nllm:\n  api_key: {SECRET}\nvrchat:\n  username: one\n")
    supervisor("secrets", "init")
    before = file.read_text().splitlines()
    monkeypatch.setenv("EDITOR", "sed -i s/one/two/")
    assert "saved" in supervisor("secrets", "edit")
    after = file.read_text().splitlines()
    assert [a == b for a, b in zip(before[:5], after[:5], strict=True)] == [True, True, True, True, False]
    assert supervisor("secrets", "get", "vrchat.username").strip() == "two"
    monkeypatch.setenv("EDITOR", "sed -i s/username/usrname/")
    said = supervisor("secrets", "edit", code=1)
    assert "secrets.yaml:5:3: vrchat.usrname: unknown key. Did you mean 'username'?" in said
    assert file.read_text().splitlines() == after
    monkeypatch.setenv("EDITOR", "true")
    assert "nothing has changed" in supervisor("secrets", "edit")


def test_at_the_start_a_bad_section_has_its_last_good_values(supervisor: Command, home: Path) -> None:
    from config.home import Home
    from config.layers.last_good import write_last_good
    from config.schema import Config

    write_last_good(Home(home), Config.model_validate({"bot": {"name": "Ada"}}))
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.yaml").write_text("bot: {nmae: x}\nosc: {input_port: -1}\n")
    said = supervisor("run", "--strict", "--text", "--no-launcher", code=2)
    assert "config.yaml:1:7: bot.nmae: unknown key" in said
    assert "2 errors in the configuration; nothing was started (--strict)" in said
    (home / "config" / "config.yaml").write_text("bot: [")
    (home / "data" / "config.last-good.json").unlink()
    assert "cannot be read; nothing was started" in supervisor("run", "--text", "--no-launcher", code=2)


def test_init_writes_what_loads_and_keeps_what_was_there(supervisor: Command, home: Path) -> None:
    supervisor("config", "init")
    text = (home / "config" / "config.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=config.schema.json\n")
    assert json.loads((home / "config" / "config.schema.json").read_text())["$schema"].endswith(
        "2020-12/schema"
    )
    assert "no errors" in supervisor("config", "check")
    assert "is there already" in supervisor("config", "init", code=1)
    (home / "config" / "config.yaml").write_text("bot: {name: Ada}\n")
    supervisor("config", "init", "--force")
    assert (home / "config" / "config.yaml.bak").read_text() == "bot: {name: Ada}\n"


def test_check_warns_of_devices_and_actors_that_are_not_there(supervisor: Command, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.yaml").write_text(
        "audio: {input_device: 99}\nactors: {vision.detecter: {nice: 1}, llm: {nice: 1}}\n"
    )
    said = supervisor("config", "check")
    assert "config.yaml:1:23: warning: audio.input_device: is not there now" in said
    assert "actors.vision.detecter: there is no such actor. Did you mean 'vision.detector'?" in said
    assert said.count("warning") == 3  # the third is the summary's


def test_explain_knows_the_overrides_of_the_running_instance(
    mocked: DemoInstance, supervisor: Command
) -> None:
    supervisor("config", "set", "llm.temperature", "0.9")
    told = supervisor.json_of("config", "explain", "llm.temperature")
    assert (told["value"], told["from"]) == (0.9, "supervisor config set (llm.temperature)")
    assert told["lost"][0]["value"] == 0.7
