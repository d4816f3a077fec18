"""The layers of a home, in the users' order, and the design document's own file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import config
from config.home import PACKAGE, Home
from config.layers.layers import load_config, profiles, watched
from config.syntax.errors import LoadError
from config.syntax.node import find
from config.syntax.yaml_reader import read_bytes

Writer = Callable[..., Any]
SEED = (Path(__file__).parents[1] / "fixtures" / "seed-config.yaml").read_text(encoding="utf-8")


def test_the_design_documents_file_loads_word_for_word(write_home: Writer) -> None:
    result = load_config(write_home(SEED), environ={"OPENROUTER_API_KEY": "sk-or-123456"})
    loaded = result.require()
    assert (result.errors, result.warnings) == ((), ())
    assert [note.key for note in result.notes] == ["audio.voice_model", "vrchat.auto_friend_accept"]
    assert loaded.llm.api_key is not None
    assert loaded.llm.api_key.reveal() == "sk-or-123456"
    assert (loaded.audio.input_device, loaded.audio.output_device, loaded.audio.sample_rate) == (2, 20, 16000)
    assert (loaded.osc.input_port, loaded.osc.enabled_events) == (9001, ("gestures", "touch", "expressions"))
    assert (loaded.computer_vision.capture_fps, loaded.vrchat.username) == (15, "BotToeRees")
    assert (loaded.logging.max_size, loaded.logging.backup_count) == (10_000_000, 5)
    assert (loaded.performance.max_concurrent_requests, loaded.performance.cache_ttl) == (3, 300)


@pytest.mark.parametrize("environ", [{}, {"OPENROUTER_API_KEY": ""}])
def test_without_the_api_key_it_loads_with_a_note(environ: dict[str, str], write_home: Writer) -> None:
    result = load_config(write_home(SEED), environ=environ)
    assert result.require().llm.api_key is None
    assert result.require().llm.provider == "local"
    assert result.warnings == ()
    note = next(note for note in result.notes if note.key == "llm.api_key")
    line = SEED.splitlines().index('  api_key: "${OPENROUTER_API_KEY}"') + 1
    assert (note.line, note.column) == (line, 13)
    assert "OPENROUTER_API_KEY is not set" in note.message


def test_the_layers_win_in_the_users_order(write_home: Writer) -> None:
    key, home = "GERALD_BOT__NAME", write_home()
    steps: list[tuple[str, dict[str, Any]]] = [("Gerald", {"environ": {}})]
    write_home(None, None, mine="bot: {name: Profile}")
    steps.append(("Profile", {"environ": {}, "profile": "mine"}))
    assert [load_config(home, **given).require().bot.name for _, given in steps] == [
        name for name, _ in steps
    ]
    write_home("bot: {name: File}")
    assert load_config(home, profile="mine", environ={}).require().bot.name == "File"
    write_home("bot: {name: File}", f"{key}=Dotenv")
    assert load_config(home, profile="mine", environ={}).require().bot.name == "Dotenv"
    assert load_config(home, profile="mine", environ={key: "Environment"}).require().bot.name == "Environment"
    result = load_config(home, profile="mine", environ={key: "Environment"}, overrides=["bot.name=Override"])
    assert result.require().bot.name == "Override"
    assert [layer.source.layer for layer in result.layers] == [
        "defaults", "profile", "config", ".env", "environment", "overrides",
    ]  # fmt: skip


def test_every_value_knows_its_layer_file_line_and_column(write_home: Writer) -> None:
    home = write_home("# mine\nllm:\n  temperature: 0.5\n", "\nGERALD_LLM__MODEL=m\n")
    tree = load_config(home, environ={"GERALD_LLM__RETRIES": "1"}, overrides=["llm.max_tokens=7"]).tree
    found = {
        name: find(tree, ("llm", name)) for name in ("temperature", "model", "retries", "max_tokens", "local")
    }
    places = {
        name: (n.source.layer, Path(n.source.file).name, n.line, n.column) for name, n in found.items() if n
    }
    assert places["temperature"] == ("config", "config.yaml", 3, 16)
    assert places["model"] == (".env", ".env", 2, 19)
    assert places["retries"] == ("environment", "environment", 1, 21)
    assert places["max_tokens"] == ("overrides", "--set", 1, 16)
    assert places["local"][:2] == ("defaults", "defaults.yaml")


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("development", {"level": "DEBUG", "ttl": 60, "vision": True, "mock": False}),
        ("production", {"level": "WARNING", "ttl": 300, "vision": False, "mock": False}),
        ("testing", {"level": "INFO", "ttl": 0, "vision": False, "mock": True}),
        (None, {"level": "INFO", "ttl": 300, "vision": False, "mock": False}),
    ],
)
def test_the_design_documents_profiles_come_with_the_code(
    profile: str | None, expected: dict[str, object], write_home: Writer
) -> None:
    loaded = load_config(write_home(), profile=profile, environ={}).require()
    assert expected == {
        "level": loaded.logging.level, "ttl": loaded.performance.cache_ttl,
        "vision": loaded.computer_vision.enabled, "mock": loaded.llm.mock_responses,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "environ", "env", "level"),
    [
        ("testing", {"GERALD_PROFILE": "development"}, "GERALD_PROFILE=production", "INFO"),
        (None, {"GERALD_PROFILE": "development"}, "GERALD_PROFILE=production", "DEBUG"),
        (None, {}, "GERALD_PROFILE=production", "WARNING"),
        (None, {"GERALD_PROFILE": ""}, None, "INFO"),
    ],
)
def test_the_profile_is_the_given_one_else_the_environments_else_dotenvs(
    given: str | None, environ: dict[str, str], env: str | None, level: str, write_home: Writer
) -> None:
    assert load_config(write_home(None, env), profile=given, environ=environ).require().logging.level == level


@pytest.mark.parametrize(
    ("given", "environ", "env", "name"),
    [
        ("one", {"GERALD_PROFILE": "two"}, "GERALD_PROFILE=three", "one.yaml"),
        (None, {"GERALD_PROFILE": "two"}, "GERALD_PROFILE=three", "two.yaml"),
        (None, {}, "GERALD_PROFILE=three", "three.yaml"),
        (None, {}, "X=1", None),
        (None, {}, "no assignment", None),
        ("../../etc/passwd", {}, None, None),
    ],
)
def test_the_file_of_the_profile_in_use_is_watched_too(
    given: str | None, environ: dict[str, str], env: str | None, name: str | None, write_home: Writer
) -> None:
    home = write_home(None, env)
    files = [home.config_file, home.env_file, home.secrets_file, home.overrides_file]
    if name is not None:
        files.insert(1, home.profiles / name)
    assert watched(home, given, environ) == tuple(files)


def test_a_home_may_have_profiles_of_its_own(write_home: Writer) -> None:
    home = write_home(attic="bot: {name: Attic}", testing="bot: {name: Own}")
    assert profiles(home) == ("attic", "development", "production", "testing")
    assert load_config(home, profile="attic", environ={}).require().bot.name == "Attic"
    own = load_config(home, profile="testing", environ={}).require()
    assert (own.bot.name, own.llm.mock_responses) == ("Own", False)


@pytest.mark.parametrize("name", ["developement", "../../etc/passwd", "a/b", "none\x1b"])
def test_an_unknown_profile_is_refused(name: str, write_home: Writer) -> None:
    with pytest.raises(LoadError, match="there is no profile") as caught:
        load_config(write_home(), profile=name, environ={})
    assert ("Did you mean 'development'?" in str(caught.value)) == (name == "developement")
    assert "\x1b" not in str(caught.value)


def test_a_profile_is_named_as_it_is_written_also_where_the_disk_ignores_case(
    write_home: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ignoring_case(path: Path, shown: str, layer: str) -> bytes | None:
        return read_bytes(path.with_name(path.name.lower()), shown, layer)

    home = write_home()
    monkeypatch.setattr("config.layers.layers.read_bytes", ignoring_case)
    with pytest.raises(LoadError, match="Did you mean 'testing'"):
        load_config(home, profile="Testing", environ={})


def test_a_home_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="there is no such folder"):
        load_config(Home(tmp_path / "nowhere"), environ={})


def test_dotenv_gives_names_for_references_and_the_environment_wins(write_home: Writer) -> None:
    home = write_home("bot: {name: '${WHO}', personality: '${MOOD}'}", "WHO=dotenv\nMOOD=dotenv\n")
    loaded = load_config(home, environ={"WHO": "environment"}).require()
    assert (loaded.bot.name, loaded.bot.personality) == ("environment", "dotenv")


@pytest.mark.parametrize("value", ["42", "true", "007", "1e3"])
def test_text_given_without_quotes_by_the_environment_stays_text(value: str, write_home: Writer) -> None:
    environ = {"GERALD_BOT__NAME": value, "GERALD_LLM__API_KEY": value}
    loaded = load_config(write_home(), environ=environ, overrides=[f"llm.model={value}"]).require()
    assert loaded.llm.api_key is not None
    assert (loaded.bot.name, loaded.llm.api_key.reveal(), loaded.llm.model) == (value, value, value)


def test_an_empty_variable_unsets_an_optional_key(write_home: Writer) -> None:
    home = write_home("llm: {api_key: abcdef}\naudio: {voice_model: v.onnx}")
    loaded = load_config(
        home, environ={"GERALD_LLM__API_KEY": "", "GERALD_AUDIO__VOICE_MODEL": "null"}
    ).require()
    assert (loaded.llm.api_key, loaded.audio.voice_model) == (None, None)


def test_an_override_reaches_one_setting_of_an_actor_and_leaves_the_others(write_home: Writer) -> None:
    loaded = load_config(write_home(), environ={}, overrides=["actors.llm.local.pin=thread"]).require()
    assert (loaded.actor("llm.local").pin, loaded.actor("llm.local").handler_timeout) == ("thread", 60.0)
    assert loaded.actor("speech.recognizer").pin == "process"


def test_files_are_named_as_the_current_folder_can_open_them(
    write_home: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = write_home("x: 1")
    assert load_config(home, environ={}).errors[0].file == str(home.config_file)
    monkeypatch.chdir(home.path)
    assert load_config(home, environ={}).errors[0].file == "config/config.yaml"


def test_the_entry_point_is_found_in_the_package() -> None:
    assert config.load_config is load_config
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        config.nothing  # noqa: B018
    assert (PACKAGE / "defaults.yaml").is_file()
