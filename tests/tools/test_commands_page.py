"""docs/commands.md is what the commands say of themselves today."""

import importlib.util
from pathlib import Path
from types import ModuleType

import click
import pytest

from supervisor.cli.main import COMMANDS, cli

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def commands_page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("commands_page", ROOT / "tools" / "commands_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def every_command() -> list[tuple[str, click.Command]]:
    found = []
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {inner}", subcommand) for inner, subcommand in command.commands.items()]
    return found


def test_the_page_is_current(commands_page: ModuleType) -> None:
    text = commands_page.DOCUMENT.read_text("utf-8")
    assert text == commands_page.page(text), "make docs"


def test_every_command_and_option_is_on_the_page(commands_page: ModuleType) -> None:
    text = commands_page.DOCUMENT.read_text("utf-8").partition(commands_page.MARK)[2]
    for name, command in every_command():
        if isinstance(command, click.Group) and not command.invoke_without_command:
            continue
        part = text.partition(f"**`supervisor {name}")[2].partition("**`supervisor")[0]
        assert part, name
        for parameter in command.params:
            for option in set(parameter.opts) - commands_page.EVERYWHERE:
                assert not option.startswith("--") or f"`{option}" in part, f"{name} {option}"


def test_every_command_and_option_explains_itself() -> None:
    for name, command in every_command():
        assert command.help, name
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.name}"


def test_a_page_without_its_mark_is_refused(commands_page: ModuleType) -> None:
    with pytest.raises(ValueError, match="has lost its line"):
        commands_page.page("# Commands")
