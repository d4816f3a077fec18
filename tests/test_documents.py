"""What the documents say of commands, files, keys and actors is so."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from config.home import Home
from config.layers.layers import load_config, profiles
from config.models import list_path, load_models
from config.schema import Config
from config.schema.walk import field_at, names_at
from supervisor.cli import options
from supervisor.cli.main import COMMANDS, cli
from supervisor.otp.spec import walk
from supervisor.tree import tree

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
MAP = ROOT / "docs" / "architecture.md"
DOCUMENTS = (
    README,
    MAP,
    ROOT / "docs" / "configuration.md",
    ROOT / "docs" / "debugging.md",
    ROOT / "docs" / "simulation.md",
    ROOT / "docs" / "trace.md",
    ROOT / "CHANGELOG.md",
    ROOT / "benchmarks" / "README.md",
)
SOURCES = ("actors", "supervisor", "config", "tests", "tools", "benchmarks")
OWNED = re.compile(r"\.env|data/|Models/$|config/(config|secrets)\.yaml|config/profiles/$")
"""What belongs to the owner of a home, and need not be there."""
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def fences(document: Path, *languages: str) -> list[str]:
    return [body for language, body in FENCE.findall(document.read_text("utf-8")) if language in languages]


def spans(document: Path) -> list[str]:
    return SPAN.findall(FENCE.sub("", document.read_text("utf-8")))


def typed(document: Path) -> Iterator[str]:
    """Everything in the document that somebody might type into a shell."""
    yield from spans(document)
    for body in fences(document, "sh"):
        yield from (line.partition("#")[0].strip() for line in body.splitlines())


def commands(document: Path) -> list[str]:
    return [line for line in typed(document) if re.match(r"supervisor [a-z]", line)]


def anchors(document: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", document.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    for link in LINK.findall(document.read_text("utf-8")):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (document.parent / file).resolve() if file else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", [README, MAP], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_that_are_named_exist(document: Path) -> None:
    known = {path.name for folder in SOURCES for path in (ROOT / folder).rglob("*") if path.is_file()}
    for span in spans(document):
        if not re.fullmatch(r"[\w.-]*(/[\w.-]*)+|[\w-]+\.(py|yaml|toml|md|ps1|sh)", span) or OWNED.match(
            span
        ):
            continue
        if "/" in span:
            assert any((base / span).exists() for base in (ROOT, ROOT / "supervisor")), span
        else:
            assert span in known or (ROOT / span).exists(), span


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {match[1] for line in typed(document) if (match := re.match(r"make ([a-z-]+)", line))}
    assert named <= targets


def test_readme_begins_with_the_two_commands_and_then_the_demo() -> None:
    shown = [
        match[1] for body in fences(README, "sh") for match in re.finditer(r"^make (\S+)", body, re.MULTILINE)
    ]
    assert shown[:3] == ["run", "test", "demo"]


@pytest.mark.parametrize("line", sorted({line for document in DOCUMENTS for line in commands(document)}))
def test_commands_can_be_typed_as_they_are_shown(line: str) -> None:
    _, *words = shlex.split(line)
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        if command.invoke_without_command and (not words or words[0].startswith("-")):
            break
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"{line}: there is no {name}"
        command = found
    command.make_context(command.name, words, parent=context)


def test_every_command_is_in_the_readme() -> None:
    shown = {line.split()[1] for line in commands(README)}
    assert shown == set(COMMANDS)


def test_the_commands_that_are_said_to_print_json_do() -> None:
    (sentence,) = re.findall(r"^(.*) print JSON with `--json`", README.read_text("utf-8"), re.MULTILINE)
    for names in SPAN.findall(sentence):
        command: click.Command | None = cli
        for name in names.split():
            assert isinstance(command, click.Group)
            command = command.get_command(click.Context(command), name)
        assert command is not None
        assert "--json" in {option for parameter in command.params for option in parameter.opts}, names


def test_every_exit_status_is_in_the_readme() -> None:
    table = {int(status) for status in re.findall(r"^\| (\d+) \|", README.read_text("utf-8"), re.MULTILINE)}
    ours = (options.FAILED, options.UNREADABLE, options.NO_INSTANCE, options.ALREADY_RUNNING, options.GAVE_UP)
    assert table == {0, *ours}


@pytest.mark.parametrize("document", [README, MAP], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_configuration_keys_exist(document: Path) -> None:
    addresses = {child.address for child in walk(tree(Config()))}
    named = 0
    for span in spans(document):
        match = re.fullmatch(r"([a-z_]+(?:\.[a-z_]+)+)(?:[:=].*)?", span)
        if match is None or match[1] in addresses or match[1].partition(".")[0] not in Config.model_fields:
            continue
        key = tuple(match[1].split("."))
        assert field_at(key) is not None or names_at(key), span
        named += 1
    assert named > 5


def test_the_readmes_examples_are_valid_configurations(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    home = Home(tmp_path)
    for example in fences(README, "yaml"):
        home.config_file.write_text(example, "utf-8")
        assert load_config(home, environ={"OPENROUTER_API_KEY": "a key"}).errors == ()


def test_settings_are_overridden_as_the_readme_says(tmp_path: Path) -> None:
    settings = [span for span in spans(README) if span.startswith(("GERALD_LLM__", "--set "))]
    assert len(settings) == 2
    for setting in settings:
        if setting.startswith("--set "):
            found = load_config(Home(tmp_path), environ={}, overrides=(setting.removeprefix("--set "),))
        else:
            found = load_config(Home(tmp_path), environ=dict([setting.split("=")]))
        assert found.require().llm.temperature == 0.9


def test_the_readme_names_every_profile(tmp_path: Path) -> None:
    named = " ".join(spans(README))
    assert all(profile in named for profile in profiles(Home(tmp_path)))


def test_the_readme_names_every_embedded_model_with_its_licence() -> None:
    rows = [line for line in README.read_text("utf-8").splitlines() if line.startswith("|")]
    for model in load_models(list_path()):
        words = model.name.removesuffix(" for CTranslate2")
        assert any(words in row and model.licence in row for row in rows), model.name


def test_the_map_names_every_actor() -> None:
    (drawing,) = (body for body in fences(MAP, "") if "rest_for_one" in body)
    drawn = set(re.findall(r"[a-z][a-z.]+", drawing))
    named = set(spans(MAP))
    for child in walk(tree(Config())):
        if not child.disabled_reason:
            assert child.address in drawn, child.address
            assert child.address in named, child.address


def test_every_benchmark_is_listed_with_its_options() -> None:
    text = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    for file in (ROOT / "benchmarks").glob("[a-z]*.py"):
        (row,) = (line for line in text.splitlines() if line.startswith(f"| [{file.name}]"))
        for option in re.findall(r"`(--\w+)`", row):
            assert f'"{option}"' in file.read_text("utf-8"), option
