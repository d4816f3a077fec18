"""Writes docs/commands.md: keeps the part written by hand, and adds every command with its options from its help.

`python tools/commands_page.py` writes it; with --check the exit status says whether it is up to date.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from supervisor.cli.main import COMMANDS, cli

MARK = "<!-- Below this line `make docs` writes what the commands say of themselves. -->\n"
DOCUMENT = Path(__file__).parents[1] / "docs" / "commands.md"
EVERYWHERE = {"--home", "--help", "--json"}
"""Options that are explained elsewhere on the page."""


def page(text: str) -> str:
    """The document with its generated part renewed."""
    head, mark, _ = text.partition(MARK)
    if not mark:
        raise ValueError(f"{DOCUMENT.name} has lost its line {MARK.strip()}")
    return head + mark + "".join(_commands())


def _commands() -> Iterator[str]:
    context = click.Context(cli)
    for name, (_, summary) in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        yield f"\n## {name}\n"
        if isinstance(command, click.Group):
            yield f"\n{summary}\n"
            if command.invoke_without_command:
                yield from _command(f"supervisor {name}", command)
            yield from _inner(f"supervisor {name}", command)
        else:
            yield from _command(f"supervisor {name}", command)


def _inner(typed: str, group: click.Group) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _inner(f"{typed} {name}", command)
        else:
            yield from _command(f"{typed} {name}", command)


def _command(typed: str, command: click.Command) -> Iterator[str]:
    arguments = [_argument(each) for each in command.params if isinstance(each, click.Argument)]
    yield f"\n**`{' '.join([typed, *arguments])}`**"
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    if any("--json" in each.opts for each in options):
        yield " · `--json`"
    yield "\n\n" + _paragraphs(command.help or "") + "\n"
    named = [each for each in options if not EVERYWHERE.intersection(each.opts)]
    if named:
        yield "\n| option | what it does |\n|---|---|\n"
    for option in named:
        names = " / ".join(option.opts + option.secondary_opts)
        default = f" Default: {option.default}." if option.show_default else ""
        yield f"| `{names}{'' if option.is_flag else ' ' + _kind(option)}` | {option.help}{default} |\n"


def _argument(argument: click.Argument) -> str:
    name = _kind(argument)
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _kind(parameter: click.Parameter) -> str:
    """The placeholder for the value."""
    if isinstance(parameter.type, click.Choice):
        return "{" + ",".join(map(str, parameter.type.choices)) + "}"
    if parameter.metavar or isinstance(parameter, click.Argument):
        return (parameter.metavar or parameter.human_readable_name).upper()
    if isinstance(parameter.type, click.types.IntParamType | click.types.FloatParamType):
        return "N"
    return "PATH" if isinstance(parameter.type, click.Path) else "TEXT"


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(each.split()) for each in text.strip().split("\n\n"))


def main() -> int:
    """Write the document; with --check return 1 if it is out of date."""
    before = DOCUMENT.read_text(encoding="utf-8")
    after = page(before)
    if "--check" in sys.argv:
        return int(before != after)
    DOCUMENT.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
