"""What changed is encrypted anew, all else stays byte for byte, and what the configuration refuses is not written."""

import re

import pytest

from config.secrets.metadata import body_of
from config.secrets.secrets_writer import check_plain, encrypt_text, write_secrets
from config.secrets.wrapped_key import BY_KEY_FILE, wrap
from config.secrets.yaml_edit import with_value
from config.syntax.errors import LoadError, ValidationError
from tests.config.secrets.conftest import API_KEY, NAME, Safe

TOKEN = re.compile(r"enc:1:[\w-]+")


def test_only_what_changed_gets_a_new_token(safe: Safe) -> None:
    before = TOKEN.findall(safe.text)
    safe.change(NAME, "somebody else")
    after = TOKEN.findall(safe.text)
    kept = [a == b for a, b in zip(before, after, strict=True)]
    assert kept == [True, True, False, True, True, False]  # the name, and the manifest


def test_the_same_value_twice_has_two_tokens(safe: Safe) -> None:
    file = safe.write("llm: {model: same, base_url: null}\nvrchat: {username: same}\n")
    assert len(set(file.tokens.values())) == 3


def test_what_is_encrypted_already_is_not_encrypted_once_more(safe: Safe) -> None:
    with pytest.raises(LoadError, match=r"llm\.api_key is encrypted already"):
        check_plain(body_of(safe.open().source.text), "secrets.yaml")


def test_a_new_data_key_encrypts_everything_again(safe: Safe) -> None:
    file = safe.open()
    data_key = b"e" * 32
    wrapped = wrap(data_key, file.metadata.wrapped.id, BY_KEY_FILE, safe.keys)
    after = write_secrets(safe.home, encrypt_text(file.plain_text(), data_key, wrapped, 2, file), safe.keys)
    assert dict(after.values) == dict(file.values)
    assert not set(after.tokens.values()) & set(file.tokens.values())


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


def test_blocks_and_flow_mappings_are_encrypted_in_their_place(safe: Safe) -> None:
    plain = "bot:\n  personality: |\n    kind\n    and shy\nllm: {model: 'x', retries: 1}\n"
    file = safe.write(plain)
    assert file.values[("bot", "personality")] == "kind\nand shy\n"
    assert safe.text.startswith("bot:\n  personality: enc:1:")


@pytest.mark.parametrize(
    "value", ["", "ünïcode \U0001f600", "two\nlines", "\"quotes' # and hash", "a: b", "x" * 5000]
)
def test_any_text_comes_back(safe: Safe, value: str) -> None:
    file = safe.write(with_value(safe.open().plain_text(), ("llm", "model"), value), safe.open())
    assert file.values[("llm", "model")] == value
    assert file.values[("llm", "api_key")] == API_KEY


@pytest.mark.parametrize("plain", ["? llm\n: {api_key: x}\n", "llm:\n  ? api_key\n  model: x\n"])
def test_what_would_not_read_back_is_not_written(safe: Safe, plain: str) -> None:
    before = safe.text
    try:
        assert safe.write(plain, safe.open()).plain_text()
    except LoadError as error:
        assert "nothing was written" in str(error)  # noqa: PT017
        assert safe.text == before


def test_an_empty_value_gets_a_token_of_its_own(safe: Safe) -> None:
    file = safe.write("llm:\n  base_url:\n  model: x\n")
    assert file.values[("llm", "base_url")] is None
    assert "  base_url: enc:1:" in safe.text
