"""What `supervisor config` prints of a file is text, and no command to the terminal."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from supervisor.cli.main import cli

PATH = '"models/\\e]0;you are hacked\\a.gguf"'
PERSONA = '"You are \\e[2J Ada.\\nYou like trains.\\x9b31m"'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    file = tmp_path / "config" / "config.yaml"
    file.parent.mkdir()
    file.write_text(
        f"llm:\n  local:\n    model_path: {PATH}\nbot:\n  scenario: {PERSONA}\n", encoding="utf-8"
    )
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        "show",
        "explain bot.scenario",
        "explain llm.local.model_path",
        "get bot.scenario",
        "explain bot",
        "check",
    ],
)
def test_no_escape_sequence_out_of_a_file_reaches_the_terminal(home: Path, command: str) -> None:
    result = CliRunner().invoke(cli, ["--home", str(home), "config", *command.split()], color=True)
    plain = result.output.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")
    assert result.exit_code in (0, 1)
    assert not any(sign in plain for sign in "\x1b\x07\x9b")


def test_the_lines_of_a_text_stay_lines(home: Path) -> None:
    result = CliRunner().invoke(cli, ["--home", str(home), "config", "get", "bot.scenario"])
    assert result.output.splitlines()[1].startswith("You like trains.")
