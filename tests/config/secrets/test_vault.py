"""A secrets file opens with its key only, keeps what has not changed byte for byte, and is a layer like any other."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from config.layers.layers import load_config
from config.secrets.change import (
    SecretsContent,
    check_plain,
    keyfile_lock,
    plain_text,
    sealed,
    with_value,
    without_value,
    written,
)
from config.secrets.keyfile import VARIABLE, KeyTrouble, Opener, make_key_file, read_key_file
from config.syntax.errors import LoadError, ValidationError
from tests.config.secrets.conftest import API_KEY, NAME, PLAIN, Safe

TOKEN = re.compile(r"enc:1:[\w-]+")


def test_nothing_of_a_value_stands_in_the_file_and_all_of_it_comes_back(safe: Safe) -> None:
    for hidden in (API_KEY, NAME, "planted", "127.0.0.1", "touch"):
        assert hidden not in safe.text
    assert "# from the shop" in safe.text
    vault = safe.open()
    assert vault.values[("llm", "api_key")] == API_KEY
    assert vault.values[("osc", "enabled_events", 1)] == "gestures"
    assert os.stat(safe.home.secrets_file).st_mode & 0o777 == 0o600


def test_it_is_the_layer_above_the_environment_and_knows_its_places(safe: Safe) -> None:
    environ = {**safe.environ, "GERALD_VRCHAT__USERNAME": "other", "GERALD_LLM__TEMPERATURE": "0.5"}
    result = load_config(safe.home, environ=environ)
    assert result.valid
    config = result.require()
    assert config.llm.api_key is not None
    assert config.llm.api_key.reveal() == API_KEY
    assert config.vrchat.username == NAME
    assert config.llm.temperature == 0.5
    node = result.tree.value["llm"].value["api_key"]  # type: ignore[index,call-overload,union-attr]
    assert (node.source.layer, node.line) == ("secrets", 3)


def test_types_survive(safe: Safe) -> None:
    plain = (
        "llm:\n  temperature: 0.5\n  retries: 3\n  mock_responses: true\n  base_url: null\n  model: '12'\n"
    )
    vault = safe.write(plain)
    assert [type(value) for value in vault.values.values()] == [float, int, bool, type(None), str]
    assert plain_text(vault).replace('"12"', "'12'") == plain


@pytest.mark.parametrize(
    "value", ["", "ünïcode \U0001f600", "two\nlines", "\"quotes' # and hash", "a: b", "x" * 5000]
)
def test_any_text_comes_back(safe: Safe, value: str) -> None:
    vault = safe.write(with_value(plain_text(safe.open()), ("llm", "model"), value), safe.open())
    assert vault.values[("llm", "model")] == value
    assert vault.values[("llm", "api_key")] == API_KEY


def test_blocks_and_flow_mappings_are_encrypted_in_their_place(safe: Safe) -> None:
    plain = "bot:\n  personality: |\n    kind\n    and shy\nllm: {model: 'x', retries: 1}\n"
    vault = safe.write(plain)
    assert vault.values[("bot", "personality")] == "kind\nand shy\n"
    assert safe.text.startswith("bot:\n  personality: enc:1:")


def test_only_what_changed_gets_a_new_token(safe: Safe) -> None:
    before = TOKEN.findall(safe.text)
    safe.change(NAME, "somebody else")
    after = TOKEN.findall(safe.text)
    kept = [a == b for a, b in zip(before, after, strict=True)]
    assert kept == [True, True, False, True, True, False]  # the name, and the manifest


def test_the_same_value_twice_has_two_tokens(safe: Safe) -> None:
    vault = safe.write("llm: {model: same, base_url: null}\nvrchat: {username: same}\n")
    assert len(set(vault.tokens.values())) == 3


def test_a_key_is_added_where_its_section_is_and_taken_out_with_its_line() -> None:
    added = with_value(PLAIN, ("vrchat", "log_directory"), "x")
    assert 'vrchat:\n  log_directory: "x"\n  username:' in added
    assert with_value(PLAIN, ("bot", "name"), "Ada").endswith('bot:\n  name: "Ada"\n')
    assert without_value(added, ("vrchat", "log_directory")) == PLAIN
    assert "vrchat" not in without_value(PLAIN, ("vrchat", "username"))
    with pytest.raises(KeyError):
        without_value(PLAIN, ("bot", "name"))


def test_a_heading_goes_with_its_last_key_and_one_of_the_same_name_stays() -> None:
    text = "a:\n  env:\n    A: 1\nb:\n  env:\n    B: 2\n"
    assert without_value(text, ("a", "env", "A")) == "b:\n  env:\n    B: 2\n"
    assert without_value(text, ("b", "env", "B")) == "a:\n  env:\n    A: 1\n"
    assert without_value("a:\n  x: 1\n  env:\n    A: 1\n", ("a", "env", "A")) == "a:\n  x: 1\n"


def test_what_is_encrypted_already_is_not_encrypted_once_more(safe: Safe) -> None:
    with pytest.raises(LoadError, match=r"llm\.api_key is encrypted already"):
        check_plain(safe.open().body, "secrets.yaml")


def test_a_new_data_key_encrypts_everything_anew(safe: Safe) -> None:
    vault = safe.open()
    content = SecretsContent(
        b"e" * 32, vault.meta.id, keyfile_lock(b"e" * 32, vault.meta.id, safe.opener.key_file())
    )
    after = written(safe.home, sealed(plain_text(vault), content, 2, vault), safe.opener)
    assert dict(after.values) == dict(vault.values)
    assert not set(after.tokens.values()) & set(vault.tokens.values())


def test_a_passphrase_locks_and_opens(tmp_path: Path) -> None:
    safe = Safe(tmp_path, passphrase="correct horse")
    assert safe.open().values[("llm", "api_key")] == API_KEY
    safe.environ = {"GERALD_PASSPHRASE": "wrong horse"}
    assert "the passphrase is wrong" in safe.refusal()
    safe.environ = {}
    assert "locked by a passphrase, and there is none" in safe.refusal()


def test_the_wrong_key_a_missing_key_and_a_damaged_file_are_told_apart(safe: Safe, tmp_path: Path) -> None:
    right = dict(safe.environ)
    make_key_file(tmp_path / "other")
    safe.environ = {VARIABLE: str(tmp_path / "other")}
    wrong = safe.refusal()
    safe.environ = {VARIABLE: str(tmp_path / "nowhere")}
    missing = safe.refusal()
    safe.environ = right
    safe.tamper(safe.text.replace('wrapped: "', 'wrapped: "A'))
    damaged = safe.refusal()
    assert "the wrong key; it is locked with" in wrong
    assert f"the key is missing: there is no {tmp_path / 'nowhere'}" in missing
    assert "is damaged: the section gerald_secrets is not as it was written" in damaged


def test_a_key_file_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key"
    make_key_file(key)
    key.chmod(0o644)
    with pytest.raises(KeyTrouble, match="can be read by others"):
        read_key_file(key)
    key.chmod(0o600)
    key.write_text("hello")
    with pytest.raises(KeyTrouble, match="is no key file"):
        read_key_file(key)


def test_a_file_that_was_written_by_hand_is_told_how_to_be_encrypted(safe: Safe) -> None:
    safe.tamper(PLAIN)
    assert "is not encrypted. Run `supervisor secrets init`" in safe.refusal()


@pytest.mark.parametrize(
    "plain",
    ["a: &x 1\nb: *x\n", "llm: !!map {}\n", "llm:\n  <<: {a: 1}\n", "gerald_secrets: 1\n", "- 1\n"],
)
def test_what_a_file_of_secrets_must_not_have_is_refused(plain: str) -> None:
    with pytest.raises((LoadError, ValidationError)):
        check_plain(plain, "secrets.yaml")


def test_a_mistake_in_an_edited_text_is_shown_without_its_value() -> None:
    with pytest.raises(ValidationError) as refused:
        check_plain(f"llm:\n  api_kee: {API_KEY}\n  temperature: {NAME}\n", "secrets.yaml")
    said = str(refused.value) + repr(refused.value.problems)
    assert "secrets.yaml:2:3: llm.api_kee: unknown key. Did you mean 'api_key'?" in said
    assert "secrets.yaml:3:16: llm.temperature: must be a number from 0 to 2" in said
    assert API_KEY not in said
    assert NAME not in said


def test_an_opener_asks_only_when_it_must() -> None:
    assert Opener({"GERALD_PASSPHRASE": "x"}, lambda: "asked").passphrase() == "x"
    assert Opener({}, lambda: "asked").passphrase() == "asked"
