"""`supervisor secrets` as its owner meets it: what each command does, and what it refuses without changing anything."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest
from click.testing import CliRunner

from config.home import Home
from config.secrets.data_key_file import open_data_cipher
from config.secrets.key_file import KeySource
from supervisor.cli.main import cli

SECRET = "planted-0123456789"
TOKEN = re.compile(r"enc:1:[\w-]+")
Command = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("GERALD_KEY_FILE", str(tmp_path / "key"))
    for name in ("GERALD_PASSPHRASE", "GERALD_NEW_PASSPHRASE", "VISUAL"):
        monkeypatch.delenv(name, raising=False)
    found = Home(tmp_path / "home")
    found.secrets_file.parent.mkdir(parents=True)
    return found


@pytest.fixture
def secrets(home: Home) -> Command:
    """Runs a command of the group, with its exit status; a traceback is a failure of the test."""

    def run(*arguments: str, stdin: str | bytes = "", code: int = 0) -> str:
        ended = CliRunner().invoke(cli, ["--home", str(home.path), "secrets", *arguments], input=stdin)
        assert ended.exception is None or isinstance(ended.exception, SystemExit), repr(ended.exception)
        assert ended.exit_code == code, ended.output
        if arguments[0] != "get":
            assert SECRET not in ended.output
        return ended.output

    return run


def made(home: Home, secrets: Command, plain: str) -> str:
    home.secrets_file.write_text(plain, encoding="utf-8")
    secrets("init")
    return home.secrets_file.read_text(encoding="utf-8")


def edited_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\n{script}\n")
    editor.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(editor))


def test_a_value_goes_in_comes_out_and_is_listed_masked(home: Home, secrets: Command) -> None:
    secrets("init")
    secrets("set", "llm.api_key", "--stdin", stdin=f"{SECRET}\n")
    assert secrets("get", "llm.api_key") == f"{SECRET}\n"
    assert "llm.api_key  ********" in secrets("list")
    secrets("unset", "llm.api_key")
    assert json.loads(secrets("list", "--json"))["secrets"] == []
    assert "there is no secret llm.api_key" in secrets("unset", "llm.api_key", code=1)


def test_only_the_one_line_break_at_the_end_of_standard_input_is_not_the_value(secrets: Command) -> None:
    secrets("init")
    secrets("set", "llm.api_key", "--stdin", stdin="two\n\n")
    assert secrets("get", "llm.api_key") == "two\n\n"
    assert "is not UTF-8" in secrets("set", "llm.api_key", "--stdin", stdin=b"\xff\xfe", code=1)


def test_a_number_is_set_as_one_and_an_invalid_value_changes_nothing(home: Home, secrets: Command) -> None:
    secrets("init")
    secrets("set", "llm.max_tokens", "--stdin", stdin="200")
    assert secrets("get", "llm.max_tokens") == "200\n"
    before = home.secrets_file.read_bytes()
    assert "must be a whole number" in secrets("set", "llm.max_tokens", "--stdin", stdin=SECRET, code=1)
    assert "Did you mean 'api_key'" in secrets("set", "llm.api_kye", "--stdin", stdin=SECRET, code=1)
    assert home.secrets_file.read_bytes() == before


def test_setting_one_key_leaves_every_other_value_as_it_is(home: Home, secrets: Command) -> None:
    odd = "a\x85b\u2028c\x7fd\ufeff"
    plain = "".join(f"\\u{ord(letter):04x}" for letter in odd)
    before = made(home, secrets, f'llm:\n  api_key: "{plain}"\n')
    secrets("set", "vrchat.username", "--stdin", stdin="me")
    assert secrets("get", "llm.api_key") == f"{odd}\n"
    first = TOKEN.search(before)
    assert first is not None
    assert first.group() in home.secrets_file.read_text(encoding="utf-8")


def test_a_heading_goes_with_its_last_key_and_no_other_of_its_name(home: Home, secrets: Command) -> None:
    made(
        home,
        secrets,
        "llm:\n  local:\n    threads: 1\nactors:\n  local:\n    env:\n      A: x\n  x.local:\n    pin: thread\n",
    )
    secrets("unset", "llm.local.threads")
    assert TOKEN.sub("?", home.secrets_file.read_text()).startswith(
        "actors:\n  local:\n    env:\n      A: ?\n  x.local:\n    pin: ?\n"
    )
    secrets("unset", "actors.local.env.A")
    assert TOKEN.sub("?", home.secrets_file.read_text()).startswith("actors:\n  x.local:\n    pin: ?\n")


def test_what_has_no_line_of_its_own_is_left_to_edit(home: Home, secrets: Command) -> None:
    before = made(home, secrets, "llm: {api_key: x, retries: 1}\n")
    for command in (("set", "llm.model", "--stdin"), ("set", "llm", "--stdin"), ("unset", "llm.api_key")):
        assert "Use `supervisor secrets edit`" in secrets(*command, stdin="y", code=1)
    assert home.secrets_file.read_text() == before


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        (
            "{llm: {api_key: x}}\n",
            "secrets.yaml:1:1: the sections of a file of secrets cannot stand in braces",
        ),
        ("  llm:\n    api_key: x\n", "secrets.yaml:1:3: the sections must begin in the first column"),
        ("llm:\n  api_key: x\n...\n", "secrets.yaml:3:1: nothing may follow"),
        ("llm:\n  <<: {api_key: x}\n", "secrets.yaml:2:3: '<<' is not allowed"),
        (f"llm:\n  api_key: *{SECRET}\n", "secrets.yaml:2:12: "),
        (f"llm:\n  api_key: !{SECRET} x\n", "secrets.yaml:2:12: "),
    ],
)
def test_init_refuses_what_it_cannot_encrypt_in_place(
    home: Home, secrets: Command, plain: str, said: str
) -> None:
    home.secrets_file.write_text(plain)
    assert said in secrets("init", code=1)
    assert home.secrets_file.read_text() == plain


def test_init_does_not_encrypt_tokens_again_whose_lock_was_lost(home: Home, secrets: Command) -> None:
    text = made(home, secrets, f"llm:\n  api_key: {SECRET}\n")
    home.secrets_file.write_text(text[: text.index("\n# Written")])
    assert "llm.api_key is encrypted already" in secrets("init", code=1)
    home.secrets_file.write_text(text)
    assert secrets("get", "llm.api_key") == f"{SECRET}\n"


@pytest.mark.posix("links in the file system")
def test_a_link_stays_one_and_its_target_is_encrypted(home: Home, secrets: Command, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.yaml"
    target.write_text(f"llm:\n  api_key: {SECRET}\n")
    home.secrets_file.symlink_to(target)
    secrets("init")
    assert home.secrets_file.is_symlink()
    assert SECRET not in target.read_text()


@pytest.mark.parametrize("broken", ["plain", "enc:1:AAAA", ""])
def test_set_mends_its_own_key_and_no_other(home: Home, secrets: Command, broken: str) -> None:
    text = made(home, secrets, f"llm:\n  api_key: {SECRET}\n  base_url: http://x/v1\n")
    home.secrets_file.write_text(TOKEN.sub(broken, text, count=1))
    secrets("list", code=2)
    secrets("set", "llm.base_url", "--stdin", stdin="http://y/v1", code=2)
    secrets("set", "llm.api_key", "--stdin", stdin="another")
    assert secrets("get", "llm.api_key") == "another\n"
    assert secrets("get", "llm.base_url") == "http://x/v1\n"


def test_what_was_added_without_the_key_can_be_unset(home: Home, secrets: Command) -> None:
    text = made(home, secrets, f"llm:\n  api_key: {SECRET}\n")
    home.secrets_file.write_text(text.replace("llm:\n", "llm:\n  base_url: http://evil/v1\n"))
    assert "llm.base_url is not encrypted" in secrets("list", code=2)
    secrets("unset", "llm.base_url")


def test_what_was_seen_after_an_accepted_revision_stays_rolled_back(home: Home, secrets: Command) -> None:
    texts = [made(home, secrets, "llm:\n  api_key: first\n")]
    for value in ("second", "third", "fourth"):
        secrets("set", "llm.api_key", "--stdin", stdin=value)
        texts.append(home.secrets_file.read_text())
    home.secrets_file.write_text(texts[0])
    assert "was rolled back" in secrets("get", "llm.api_key", code=2)
    secrets("accept")
    assert secrets("get", "llm.api_key") == "first\n"
    for older in texts:
        home.secrets_file.write_text(older)
        assert "was rolled back" in secrets("get", "llm.api_key", code=2)


def test_rekey_by_a_new_key_keeps_the_old_one_for_other_homes(
    home: Home, secrets: Command, tmp_path: Path
) -> None:
    made(home, secrets, f"llm:\n  api_key: {SECRET}\n")
    usual = (tmp_path / "key").read_text()
    secrets("rekey", code=2)
    secrets("rekey", "--new-keyfile")
    (fresh,) = tmp_path.glob("key.*")
    assert (tmp_path / "key").read_text() == usual
    assert fresh.stat().st_mode & 0o777 == 0o600
    assert secrets("get", "llm.api_key") == f"{SECRET}\n"
    secrets("rotate")
    secrets("export-key", "--to", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_text() == fresh.read_text()
    fresh.unlink()
    assert "the wrong key" in secrets("get", "llm.api_key", code=2)


def test_rekey_locks_the_key_of_the_memory_too_or_changes_nothing(
    home: Home, secrets: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets("init")
    key = open_data_cipher(home, KeySource(os.environ)).key
    secrets("rekey", "--new-keyfile")
    (fresh,) = tmp_path.glob("key.*")
    usual = (tmp_path / "key").read_bytes()
    (tmp_path / "key").unlink()
    assert open_data_cipher(home, KeySource(os.environ), make=False).key == key
    other = tmp_path / "elsewhere" / "key"
    secrets("rekey", "--key-file", str(other))
    fresh.unlink()
    monkeypatch.setenv("GERALD_KEY_FILE", str(other))
    assert open_data_cipher(home, KeySource(os.environ), make=False).key == key
    monkeypatch.setenv("GERALD_NEW_PASSPHRASE", "correct horse")
    secrets("rekey", "--passphrase")
    other.unlink()
    monkeypatch.setenv("GERALD_PASSPHRASE", "correct horse")
    assert open_data_cipher(home, KeySource(os.environ), make=False).key == key

    before = home.secrets_file.read_bytes()
    home.data_key_file.write_bytes(home.data_key_file.read_bytes()[:50])
    (tmp_path / "key").write_bytes(usual)
    (tmp_path / "key").chmod(0o600)
    assert "seal.json is damaged" in secrets("rekey", "--key-file", str(tmp_path / "key"), code=2)
    assert home.secrets_file.read_bytes() == before


def test_export_key_writes_over_nothing(secrets: Command, tmp_path: Path) -> None:
    secrets("init")
    (tmp_path / "mine").write_text("precious")
    secrets("export-key", "--to", str(tmp_path / "mine"), code=1)
    assert (tmp_path / "mine").read_text() == "precious"


def test_rekey_takes_another_passphrase_and_never_the_same_in_silence(
    home: Home, secrets: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GERALD_PASSPHRASE", "old")
    secrets("init", "--passphrase")
    before = home.secrets_file.read_text()
    assert "GERALD_NEW_PASSPHRASE" in secrets("rekey", "--passphrase", code=1)
    assert home.secrets_file.read_text() == before
    assert "locked by a passphrase" in secrets("export-key", code=1)
    monkeypatch.setenv("GERALD_NEW_PASSPHRASE", "old")
    assert "the passphrase that locks it now" in secrets("rekey", "--passphrase", code=1)
    assert home.secrets_file.read_text() == before
    monkeypatch.setenv("GERALD_NEW_PASSPHRASE", "new")
    secrets("rekey", "--passphrase")
    assert "the passphrase is wrong" in secrets("list", code=2)
    monkeypatch.setenv("GERALD_PASSPHRASE", "new")
    secrets("list")


def test_changes_at_the_same_time_are_all_kept(home: Home, secrets: Command) -> None:
    secrets("init")
    program = [sys.executable, "-c", "from supervisor.cli.main import main; main()", "--home", str(home.path)]
    values = {"llm.api_key": "one", "llm.model": "two", "vrchat.username": "three"}
    runs = []
    for key, value in values.items():
        command = [*program, "secrets", "set", key, "--stdin"]
        run = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert run.stdin is not None
        run.stdin.write(value)
        run.stdin.close()
        runs.append(run)
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert {key: secrets("get", key).strip() for key in values} == values


def test_while_another_command_changes_the_file_nothing_is_changed(
    home: Home, secrets: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = made(home, secrets, f"llm:\n  api_key: {SECRET}\n")
    monkeypatch.setattr(filelock.FileLock, "acquire", lambda self, **_: timed_out(self.lock_file))
    said = secrets("set", "llm.api_key", "--stdin", stdin="new", code=1)
    assert "another command is changing the secrets" in said
    assert home.secrets_file.read_text() == text


def timed_out(file: str) -> None:
    raise filelock.Timeout(file)


@pytest.mark.posix("scripts of a POSIX shell")
def test_edit_encrypts_what_changed_and_keeps_comments(
    home: Home, secrets: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = made(home, secrets, f"# mine\nllm:\n  api_key: {SECRET}  # shop\n  model: old\n")
    edited_by(monkeypatch, tmp_path, 'sed -i s/old/new/ "$1"')
    assert "saved" in secrets("edit")
    after = home.secrets_file.read_text()
    assert TOKEN.sub("?", after).startswith("# mine\nllm:\n  api_key: ?  # shop\n  model: ?\n")
    assert TOKEN.findall(after)[0] == TOKEN.findall(text)[0]
    assert TOKEN.findall(after)[1] != TOKEN.findall(text)[1]
    edited_by(monkeypatch, tmp_path, ":")
    assert "nothing has changed" in secrets("edit")
    assert home.secrets_file.read_text() == after


@pytest.mark.posix("scripts of a POSIX shell")
@pytest.mark.parametrize(
    ("script", "said"),
    [
        (f"printf 'llm:\\n  max_tokens: {SECRET}\\n' > \"$1\"", "secrets.yaml:2:15: llm.max_tokens: must be"),
        (f"printf 'llm:\\n  api_kye: {SECRET}\\n' > \"$1\"", "Did you mean 'api_key'?"),
        ("printf 'llm: \\377\\n' > \"$1\"", "is not valid UTF-8"),
        ("exit 3", "Editing failed; nothing was changed"),
        ('rm "$1"', "No such file"),
    ],
)
def test_edit_refuses_and_changes_nothing(
    home: Home, secrets: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    before = made(home, secrets, f"llm:\n  api_key: {SECRET}\n")
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
    edited_by(monkeypatch, tmp_path, script)
    assert said in secrets("edit", code=1)
    assert home.secrets_file.read_text() == before
    assert list(memory.iterdir()) == []
