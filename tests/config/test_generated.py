"""What is generated from the schema is up to date: the document, the editor's schema, the first config.yaml."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from config.home import PACKAGE, Home
from config.layers.layers import load_config
from config.layers.overrides import placed, removed
from config.layers.save_override import save_override
from config.schema import Config
from config.schema.walk import fields
from config.tools import reference
from config.tools.jsonschema import schema
from config.tools.scaffold import commented, write_new

VALIDATOR = jsonschema.Draft202012Validator(schema())
SEED = Path(__file__).parent / "fixtures" / "seed-config.yaml"


def errors(value: Any) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(value)]


def test_the_document_is_as_make_docs_writes_it() -> None:
    text = reference.DOCUMENT.read_text(encoding="utf-8")
    assert reference.reference(text) == text, "run `make docs`"
    for key, _ in fields():
        assert f"`{key[-1]}`" in text


@pytest.mark.parametrize(
    "file", [PACKAGE / "defaults.yaml", SEED, *sorted((PACKAGE / "profiles").glob("*.yaml"))]
)
def test_the_editors_schema_takes_what_we_take(file: Path) -> None:
    assert errors(yaml.safe_load(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"llm": {"temprature": 1}}, "$.llm"),
        ({"llm": {"temperature": 9}}, "$.llm.temperature"),
        ({"logging": {"level": "LOUD"}}, "$.logging.level"),
        ({"logging": {"max_size": "much"}}, "$.logging.max_size"),
        ({"actors": {"Not An Address": {}}}, "$.actors"),
        ({"lllm": {}}, "$"),
        ({"storage": {"domains": {"users": {"backend": "databse"}}}}, "$.storage.domains.users.backend"),
        ({"storage": {"domains": {"users": {"keep": 1}}}}, "$.storage.domains.users.keep"),
        ({"storage": {"domains": {"usr": {}}}}, "$.storage.domains"),
    ],
)
def test_the_editors_schema_refuses_what_we_refuse(value: Any, path: str) -> None:
    assert path in errors(value)


def test_the_editors_schema_takes_references_and_sections_of_comments() -> None:
    assert errors({"llm": {"api_key": "${KEY}", "temperature": "${T:-0.5}"}, "osc": None}) == []
    assert errors({"storage": {"domains": {"users": None, "world": {"ttl": "${TTL:-3}"}}}}) == []


def test_a_new_config_file_sets_nothing_and_becomes_the_defaults_without_its_marks(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert write_new(home)
    result = load_config(home, environ={})
    assert (result.problems, result.config) == ((), Config())
    head, _, body = commented().partition("# The persona")
    assert head.startswith("# yaml-language-server: $schema=config.schema.json\n")
    lines = [
        line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in body.splitlines()
    ]
    home.config_file.write_text("#" + "\n".join(lines))
    assert load_config(home, environ={}).config == Config()


def test_a_new_config_file_names_every_key() -> None:
    text = commented()
    assert [key for key, _ in fields() if not re.search(rf"^#[ #]*{key[-1]}:", text, re.MULTILINE)] == []


def test_overrides_are_placed_and_removed() -> None:
    plain = placed(placed({}, ("llm", "local", "threads"), 2), ("llm", "temperature"), 0.5)
    assert plain == {"llm": {"local": {"threads": 2}, "temperature": 0.5}}
    assert removed(plain, ("llm", "local", "threads")) == {"llm": {"temperature": 0.5}}
    assert removed({"llm": {"temperature": 1}}, ("llm", "temperature")) == {}
    assert removed(plain, ("bot", "name")) == plain


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("bot.name", "007", "007"),
        ("llm.temperature", "0.5", 0.5),
        ("llm.base_url", "null", None),
        ("osc.enabled_events", "[touch]", ("touch",)),
        ("actors.llm.local.pin", "thread", "thread"),
        ("logging.max_size", "1MB", 1_000_000),
        ("storage.domains.users.backend", "memory", "memory"),
    ],
)
def test_a_saved_override_is_read_as_it_was_meant(tmp_path: Path, key: str, text: str, found: Any) -> None:
    home = Home(tmp_path)
    save_override(home, "bot.speaking_style", "kept")
    save_override(home, key, text)
    config = load_config(home, environ={}).require()
    value: Any = config.actor("llm.local") if key.startswith("actors") else config
    for part in key.split(".")[-1:] if key.startswith("actors") else key.split("."):
        value = getattr(value, part)
    assert value == found
    assert config.bot.speaking_style == "kept"
    save_override(home, key, None)
    assert text not in home.overrides_file.read_text().partition("\n")[2].replace("kept", "")
