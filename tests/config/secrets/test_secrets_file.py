"""A secrets file opens with its key only, and is a layer like any other."""

from pathlib import Path

from config.layers.layers import load_config
from config.secrets.key_file import KEY_FILE_VARIABLE, make_key_file
from tests.config.secrets.conftest import API_KEY, NAME, PLAIN, Safe
from tests.doubles.rights import is_owners_only


def test_nothing_of_a_value_stands_in_the_file_and_all_of_it_comes_back(safe: Safe) -> None:
    for hidden in (API_KEY, NAME, "planted", "127.0.0.1", "touch"):
        assert hidden not in safe.text
    assert "# from the shop" in safe.text
    file = safe.open()
    assert file.values[("llm", "api_key")] == API_KEY
    assert file.values[("osc", "enabled_events", 1)] == "gestures"
    assert is_owners_only(safe.home.secrets_file)


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
    file = safe.write(plain)
    assert [type(value) for value in file.values.values()] == [float, int, bool, type(None), str]
    assert file.plain_text().replace('"12"', "'12'") == plain


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
    safe.environ = {KEY_FILE_VARIABLE: str(tmp_path / "other")}
    wrong = safe.refusal()
    safe.environ = {KEY_FILE_VARIABLE: str(tmp_path / "nowhere")}
    missing = safe.refusal()
    safe.environ = right
    safe.tamper(safe.text.replace('wrapped: "', 'wrapped: "A'))
    damaged = safe.refusal()
    assert "the wrong key; it is locked with" in wrong
    assert f"the key is missing: there is no {tmp_path / 'nowhere'}" in missing
    assert "is damaged: the section gerald_secrets is not as it was written" in damaged


def test_a_file_that_was_written_by_hand_is_told_how_to_be_encrypted(safe: Safe) -> None:
    safe.tamper(PLAIN)
    assert "is not encrypted. Run `supervisor secrets init`" in safe.refusal()
