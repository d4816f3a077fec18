"""What the documents say of commands, files, keys and actors is so."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from benchmarks.run_all import benchmarks
from config.home import Home
from config.layers.layers import load_config, profiles
from config.models import list_path, load_models
from config.schema import Config
from config.schema.walk import field_at, names_at
from supervisor import exit_status
from supervisor.cli.main import COMMANDS, cli
from supervisor.fleet.fleet import read as read_fleet
from supervisor.otp.spec import walk
from supervisor.tree import tree

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
README = ROOT / "README.md"
MAP = DOCS / "architecture.md"
TREE = DOCS / "supervision.md"
COMMANDS_PAGE = DOCS / "commands.md"
CONFIGURING = DOCS / "configuring.md"
MODELS = DOCS / "models.md"
PAGES = sorted(DOCS.glob("*.md"))
HISTORY = ROOT / "CHANGELOG.md"
DOCUMENTS = (README, *PAGES, HISTORY, ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md")
NAMING_FILES = tuple(document for document in DOCUMENTS if document != HISTORY)
"""All but the history, which may name what is gone."""
FOLDERS = (
    "actors",
    "supervisor",
    "config",
    "docs/plugin-template",
    "tests",
    "tools",
    "benchmarks",
)
OWNED = re.compile(
    r"\.env|data/|Models/$|config/(config|secrets)\.yaml|config/profiles/$"
    r"|(tests/)?actors/heart_rate/|config/schema/heart_rate\.py"  # the example of docs/adding-a-sense.md
)
"""What belongs to the owner of a home, and need not be there."""
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def fences(document: Path, *languages: str) -> list[str]:
    return [body for language, body in FENCE.findall(document.read_text("utf-8")) if language in languages]


def spans(document: Path) -> list[str]:
    return SPAN.findall(FENCE.sub("", written(document)))


def typed(document: Path) -> Iterator[str]:
    """Everything in the document that somebody might type into a shell."""
    yield from spans(document)
    for body in fences(document, "sh"):
        yield from (line.partition("#")[0].strip() for line in body.splitlines())
    for body in fences(document, "console"):
        yield from (line[2:] for line in body.splitlines() if line.startswith("$ "))


def commands(document: Path) -> list[str]:
    return [line for line in typed(document) if re.match(r"supervisor [a-z]", line)]


def written(document: Path) -> str:
    """The part of a document that people wrote."""
    return document.read_text("utf-8").partition("<!-- Below this line")[0]


def anchors(document: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", document.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_somewhere(document: Path) -> None:
    for link in LINK.findall(document.read_text("utf-8")):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (document.parent / file).resolve() if file else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", NAMING_FILES, ids=named)
def test_files_that_are_named_exist(document: Path) -> None:
    known = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()}
    for span in spans(document):
        if OWNED.match(span):
            continue
        if re.fullmatch(r"[\w-]+\.(py|yaml|toml|md|ps1|sh|patch)", span):
            assert span in known or (ROOT / span).exists(), span
        elif re.fullmatch(
            rf"({'|'.join(FOLDERS)}|docs|Models)/[\w./-]*|[\w-]+(/[\w-]+)*/([\w-]+\.\w+)?", span
        ):
            # A table of the simulator's files has names from its folder on.
            assert any((base / span).exists() for base in (ROOT, ROOT / "supervisor" / "simulation")), span


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
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


def every_option(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            inner = command.get_command(click.Context(command), name)
            assert inner is not None
            yield from every_option(inner)


@pytest.mark.parametrize("document", [README, *PAGES], ids=named)
def test_options_that_are_named_exist(document: Path) -> None:
    options = {*every_option(cli), "--help", "--osc"}  # the last is VRChat's
    assert {span.split()[0] for span in spans(document) if span.startswith("--")} <= options


def test_the_readme_is_short_and_the_map_too() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 150
    assert len(MAP.read_text("utf-8").splitlines()) <= 250


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [README]
    while ahead:
        document = ahead.pop()
        if document in reached or document.suffix != ".md":
            continue
        reached.add(document)
        links = (link.partition("#")[0] for link in LINK.findall(document.read_text("utf-8")))
        ahead += [(document.parent / link).resolve() for link in links if link and "://" not in link]
    assert set(DOCUMENTS) <= reached


def test_every_command_is_shown_by_a_task() -> None:
    assert {line.split()[1] for line in commands(COMMANDS_PAGE)} == set(COMMANDS)


def test_every_exit_status_is_listed() -> None:
    text = COMMANDS_PAGE.read_text("utf-8")
    table = {int(status) for status in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    ours = {value for name, value in vars(exit_status).items() if name.isupper()}
    assert table == {0, *ours}


@pytest.mark.parametrize("document", NAMING_FILES, ids=named)
def test_configuration_keys_exist(document: Path) -> None:
    addresses = {child.address for child in walk(tree(Config()))}
    for span in spans(document):
        match = re.fullmatch(r"([a-z_]+(?:\.[a-z_]+)+)(?:[:=].*)?", span)
        if match is None or match[1] in addresses or match[1].partition(".")[0] not in Config.model_fields:
            continue
        key = tuple(match[1].split("."))
        assert field_at(key) is not None or names_at(key), span


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_examples_are_valid_configurations(document: Path, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    home = Home(tmp_path)
    for example in fences(document, "yaml"):
        if re.search("^homes:$", example, re.MULTILINE):  # the file of a fleet; it raises for a mistake
            (tmp_path / "fleet.yaml").write_text(example, "utf-8")
            assert read_fleet(tmp_path / "fleet.yaml").members
            continue
        home.config_file.write_text(example, "utf-8")
        assert load_config(home, environ={"OPENROUTER_API_KEY": "a key"}).errors == ()


def test_settings_are_overridden_as_the_page_says(tmp_path: Path) -> None:
    settings = [span for span in spans(CONFIGURING) if span.startswith(("GERALD_LLM__", "--set "))]
    assert len(settings) == 2
    for setting in settings:
        if setting.startswith("--set "):
            found = load_config(Home(tmp_path), environ={}, overrides=(setting.removeprefix("--set "),))
        else:
            found = load_config(Home(tmp_path), environ=dict([setting.split("=")]))
        assert found.require().llm.temperature == 0.9


def test_every_profile_is_named(tmp_path: Path) -> None:
    text = " ".join(spans(CONFIGURING))
    assert all(profile in text for profile in profiles(Home(tmp_path)))


def test_every_embedded_model_is_named_with_its_licence() -> None:
    rows = [line for line in MODELS.read_text("utf-8").splitlines() if line.startswith("|")]
    for model in load_models(list_path()):
        words = model.name.removesuffix(" for CTranslate2")
        assert any(words in row and model.licence in row for row in rows), model.name


def test_every_actor_is_in_the_map_and_in_the_tree() -> None:
    (drawing,) = (body for body in fences(TREE, "") if "rest_for_one" in body)
    drawn = set(re.findall(r"[a-z][a-z.]+", drawing))
    listed = set(spans(MAP))
    for child in walk(tree(Config())):
        if not child.disabled_reason:
            assert child.address in drawn, child.address
            assert child.address in listed, child.address


TERMS = (
    "actor, incarnation, slot, room, messages module, lane, envelope, cause, turn, dead letter, fence, snapshot, "
    "journal, manifest, tombstone, standby process, replica, durable name"
).split(", ")


def glossary() -> str:
    return MAP.read_text("utf-8").partition("## Glossary")[2].partition("\n## ")[0]


@pytest.mark.parametrize("term", TERMS)
def test_the_glossary_explains_a_term_once(term: str) -> None:
    assert len(re.findall(rf"^\| {term} \|", glossary(), re.MULTILINE)) == 1


def test_the_glossary_is_in_alphabetical_order() -> None:
    terms = re.findall(r"^\| ([a-z][a-z ]+) \|", glossary(), re.MULTILINE)[1:]
    assert terms == sorted(terms)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_gerald_is_an_it(document: Path) -> None:
    text = SPAN.sub("", FENCE.sub("", written(document)))
    assert re.findall(r"\b(?:he|him|his|whom)\b", text, re.IGNORECASE) == []


def test_the_changelog_has_the_form_it_names_and_the_version_being_made() -> None:
    text = HISTORY.read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert re.findall(r"^## (.*)$", text, re.MULTILINE)[0] == "[Unreleased]"
    assert project["version"] in text
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)$", text, re.MULTILINE)) <= kinds


def test_every_benchmark_is_listed_with_its_options() -> None:
    text = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    for file in benchmarks(ROOT / "benchmarks"):
        (row,) = (line for line in text.splitlines() if line.startswith(f"| [{file.name}]"))
        for option in re.findall(r"`(--\w+)`", row):
            assert f'"{option}"' in file.read_text("utf-8"), option
