"""The schema: every key is described, its defaults live once, and it survives the way to a child process."""

import subprocess
import sys
from typing import Any

import msgspec
import pydantic
import pytest

from config.home import PACKAGE
from config.schema import ActorSettings, Config, Llm, dump
from config.schema.section import Section, parse_size
from config.schema.walk import extra, field_at, fields, is_text, limits, names_at, secret_keys
from config.syntax.node import SourceText, YamlNode, plain
from config.syntax.yaml_reader import parse

FIELDS = list(fields())


def defaults_file() -> YamlNode:
    text = (PACKAGE / "defaults.yaml").read_text(encoding="utf-8")
    return parse(text, SourceText("defaults", "defaults.yaml", text))


def test_defaults_yaml_and_the_schema_have_the_same_defaults() -> None:
    assert Config.model_validate(plain(defaults_file())) == Config()


def test_defaults_yaml_names_every_key_of_its_sections() -> None:
    written = plain(defaults_file())
    for key, _ in FIELDS:
        if key[0] not in written:
            continue  # it stands in what `config init` writes: tests/config/test_generated.py
        here = written
        for part in key:
            if part == "*":
                break
            assert part in here, key
            here = here[part]


def test_defaults_yaml_lists_every_setting_of_an_actor() -> None:
    text = (PACKAGE / "defaults.yaml").read_text(encoding="utf-8")
    assert [name for name in ActorSettings.model_fields if f"  #   {name}: " not in text] == []


@pytest.mark.parametrize(("key", "field"), FIELDS, ids=[".".join(map(str, key)) for key, _ in FIELDS])
def test_every_key_says_what_it_does_and_how_it_takes_a_new_value(key: Any, field: Any) -> None:
    assert field.description.endswith(".")
    assert extra(field, "reload") in ("live", "restart")
    assert not field.is_required()
    if field.annotation in (int, float):
        assert {"ge", "gt"} & limits(field).keys(), "a number has a lower limit"
        assert "le" in limits(field), "a number has an upper limit"
    if field.annotation is float and key[-1].endswith(("timeout", "interval", "silence")):
        assert extra(field, "unit") == "s"
    if "null" in str(field.annotation) or type(None) in getattr(field.annotation, "__args__", ()):
        assert extra(field, "unset"), "a key that may be null says what that means"


def test_what_a_domain_does_not_say_is_its_own_default() -> None:
    domains = Config.model_validate({"storage": {"domains": {"users": {"ttl": 3.0}}}}).storage.domains
    assert (domains.users.backend, domains.users.ttl) == ("file", 3.0)
    assert domains.avatar == Config().storage.domains.avatar
    assert domains.of("no such domain").backend == "database"


def test_a_section_is_frozen_and_accepts_no_other_key() -> None:
    with pytest.raises(pydantic.ValidationError):
        Llm().model = "other"  # type: ignore[misc]
    with pytest.raises(pydantic.ValidationError):
        Llm.model_validate({"modle": "x"})


@pytest.mark.parametrize(
    ("section", "data"),
    [
        ("llm", {"max_tokens": "300"}),
        ("llm", {"max_tokens": 300.0}),
        ("llm", {"temperature": "0.7"}),
        ("llm", {"mock_responses": 1}),
        ("llm", {"max_tokens": True}),
        ("bot", {"name": 42}),
        ("osc", {"input_port": 1.5}),
    ],
)
def test_types_are_strict(section: str, data: dict[str, object]) -> None:
    with pytest.raises(pydantic.ValidationError):
        Config.model_validate({section: data})


def test_a_whole_number_will_do_for_a_number() -> None:
    assert type(Config.model_validate({"llm": {"temperature": 1}}).llm.temperature) is float


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("10MB", 10_000_000),
        ("10 mb", 10_000_000),
        ("1.5GB", 1_500_000_000),
        ("512KiB", 524_288),
        ("64MiB", 67_108_864),
        ("2G", 2_000_000_000),
        ("100", 100),
        ("7B", 7),
        (123, 123),
        ("1TiB", 2**40),
    ],
)
def test_sizes_are_bytes(written: str | int, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize("written", ["", "MB", "10 XB", "-1MB", "1e3", True, 1.5, None, [1]])
def test_what_is_not_a_size_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="must be a size"):
        parse_size(written)


@pytest.mark.parametrize("device", [None, 0, 20, "none", "file:a.wav", "Cable Output (VB-Audio)"])
def test_a_device_is_an_index_a_name_a_file_or_the_default(device: object) -> None:
    assert Config.model_validate({"audio": {"input_device": device}}).audio.input_device == device


@pytest.mark.parametrize("device", [True, 1.5, -1, 1000, "", "  ", "file:", [1]])
def test_what_cannot_be_a_device_is_refused(device: object) -> None:
    with pytest.raises(pydantic.ValidationError):
        Config.model_validate({"audio": {"input_device": device}})


@pytest.mark.parametrize("pin", ["thread", "process", "host:attic", "host:pc-2"])
def test_an_actor_may_be_pinned_to_a_thread_a_process_or_a_host(pin: str) -> None:
    assert Config.model_validate({"actors": {"world": {"pin": pin}}}).actor("world").pin == pin


def test_the_heavy_actors_are_pinned_to_processes_and_the_others_to_threads() -> None:
    config = Config()
    assert {address: item.pin for address, item in config.actors.items()} == dict.fromkeys(
        (
            *("speech.recognizer", "llm.local", "speech.synthesizer"),
            *("vision.camera", "vision.detector", "vision.reader", "vision.depth"),
            "page",
        ),
        "process",
    )
    assert config.actor("conversation") == ActorSettings()
    assert config.actor("llm.local/1").pin == "process"


def test_a_configuration_survives_the_way_to_a_child_process() -> None:
    config = Config.model_validate(
        {
            "llm": {"api_key": "sk-secret"},
            "actors": {"vision.detector": {"cpus": [1, 2]}},
            "trace": {"keep": "1GB"},
        }
    )
    wire = msgspec.msgpack.decode(msgspec.msgpack.encode(dump(config, reveal=True)))
    assert Config.model_validate(wire) == config
    assert Llm.model_validate(dump(config.llm, reveal=True)) == config.llm


@pytest.mark.parametrize(
    ("data", "provider", "endpoint"),
    [
        ({}, "local", "https://openrouter.ai/api/v1"),
        ({"api_key": "k"}, "remote", "https://openrouter.ai/api/v1"),
        ({"base_url": "http://127.0.0.1:1/v1/"}, "remote", "http://127.0.0.1:1/v1"),
        ({"api_key": "k", "mock_responses": True}, "mock", "https://openrouter.ai/api/v1"),
    ],
)
def test_a_key_or_a_server_makes_the_model_remote(
    data: dict[str, object], provider: str, endpoint: str
) -> None:
    llm = Llm.model_validate(data)
    assert (llm.provider, llm.endpoint) == (provider, endpoint)


def test_the_schema_can_be_walked_by_key() -> None:
    of_models = {("llm", "api_key"), ("llm", "api_keys"), ("safety", "moderation", "api_key")}
    assert secret_keys() == {*of_models, ("vrchat", "password"), ("vrchat", "totp_secret")}
    assert is_text(("bot", "name"))
    assert is_text(("llm", "api_key"))
    assert not is_text(("audio", "input_device"))
    assert "pin" in names_at(("actors", "anything"))
    assert names_at(("bot", "name")) == ()
    assert field_at(("osc", "enabled_events", 1)) is field_at(("osc", "enabled_events"))
    assert field_at(("nothing",)) is None
    assert field_at(("bot", "name", "deeper")) is None


def all_below(cls: type[Section]) -> list[type[Section]]:
    return [one for below in cls.__subclasses__() for one in (below, *all_below(below))]


def test_no_two_sections_have_the_same_key() -> None:
    keys = [cls.key for cls in all_below(Section) if cls.key]
    assert len(set(keys)) == len(keys)
    assert {*keys, "actors"} == set(Config.model_fields)


def test_it_has_a_json_schema_for_editors() -> None:
    schema = Config.model_json_schema()
    assert schema["$defs"]["Llm"]["properties"]["temperature"]["reload"] == "live"
    assert "password" in str(schema["$defs"]["Llm"]["properties"]["api_key"])


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("config.home", {"pydantic", "yaml", "msgspec", "rich"}),
        ("config.schema", {"yaml", "rich", "msgspec"}),
        ("config.layers.layers", {"rich"}),
        ("supervisor.cli.main", {"config.schema", "pydantic", "msgspec"}),
        ("supervisor.tree", {"config.schema", "pydantic"}),
    ],
)
def test_importing_a_part_does_not_import_the_rest(module: str, unwanted: set[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
        timeout=60,
        check=True,
    )
    assert not unwanted & set(run.stdout.split())
