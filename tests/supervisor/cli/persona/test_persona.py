"""`supervisor persona` in a home where nothing runs: import, list, show, use, remove."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.home import Home
from config.layers.source import ConfigSource
from config.schema import Config
from supervisor.cli.main import cli
from tests.supervisor.persona.card.files import charx, png, text, v2


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), "persona", *arguments])


def configured(home: Path) -> Config:
    config = ConfigSource(Home(home)).read().config
    assert config is not None
    return config


def errors(home: Path) -> list[str]:
    return [str(problem) for problem in ConfigSource(Home(home)).read().errors]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def card(tmp_path: Path) -> Path:
    file = tmp_path / "sera.png"
    file.write_bytes(png(text(v2())))
    return file


def test_an_imported_card_is_played_after_use_and_no_more_after_none(home: Path, card: Path) -> None:
    imported = run(home, "import", str(card))
    assert imported.exit_code == 0, imported.output
    assert "Seraphina (character card V2, lore: 3 texts)" in imported.output
    assert configured(home).bot.name == "Gerald"
    assert run(home, "use", "Seraphina").exit_code == 0
    played = configured(home)
    assert (played.bot.name, played.bot.persona) == ("Seraphina", "seraphina")
    assert played.bot.examples["Are you human?"].startswith("No, I'm an AI")
    assert "What is your favorite animal?" not in played.bot.examples
    assert next(one.text for one in played.lore.entries.values()) == "Magic is real here."
    assert run(home, "use", "none").exit_code == 0
    assert configured(home) == Config(bot=Config().bot)


def test_the_card_is_kept_beside_the_persona_and_goes_with_it(home: Path, card: Path) -> None:
    run(home, "import", str(card), "--as", "Fée")
    assert (home / "data/personas/fée.png").read_bytes() == card.read_bytes()
    assert run(home, "remove", "FÉE").exit_code == 0
    assert os.listdir(home / "data/personas") == []


def test_list_and_show_tell_what_is_there_and_in_use(home: Path, card: Path, tmp_path: Path) -> None:
    (tmp_path / "b.charx").write_bytes(charx(v2(name="Bob")))
    run(home, "import", str(card))
    run(home, "import", str(tmp_path / "b.charx"))
    run(home, "use", "bob")
    rows = json.loads(run(home, "list", "--json").output)
    assert [(row["name"], row["called"], row["card"], row["in_use"]) for row in rows] == [
        ("bob", "Bob", "b.charx", True),
        ("seraphina", "Seraphina", "sera.png", False),
    ]
    assert json.loads(run(home, "show", "--json").output)["bot"]["name"] == "Bob"
    assert "Eldoria is a magical forest." in run(home, "show", "seraphina").output


def test_an_owner_changes_a_persona_in_its_file(home: Path, card: Path) -> None:
    run(home, "import", str(card))
    run(home, "use", "seraphina")
    file = home / "data/personas/seraphina.yaml"
    file.write_text(file.read_text().replace("name: Seraphina", "name: Sera"))
    assert configured(home).bot.name == "Sera"
    file.write_text(file.read_text().replace("name: Sera", "nmae: Sera"))
    assert any("seraphina.yaml" in one and "Did you mean 'name'" in one for one in errors(home))


def test_an_override_of_the_owner_counts_more_than_the_persona(home: Path, card: Path) -> None:
    run(home, "import", str(card))
    run(home, "use", "seraphina")
    overrides = home / "data/overrides.yaml"
    overrides.write_text(overrides.read_text() + "  name: Ada\n")
    assert configured(home).bot.name == "Ada"


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "..", ".", "none", "a\\b", "", "a b", "con", "x" * 49, "\u202ea"]
)
def test_a_name_that_could_leave_the_folder_is_refused(name: str, home: Path, card: Path) -> None:
    refused = run(home, "import", str(card), "--as", name) if name else run(home, "show", "a b")
    assert refused.exit_code == 1
    assert "name" in refused.output
    assert refused.output.count("\n") == 1
    assert not (home / "data").exists()


@pytest.mark.parametrize("name", ["../../evil", "\x1b[2J..", "CON", "none", "/", "🙂"])
def test_a_character_with_such_a_name_gets_a_harmless_one(name: str, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "evil.json"
    file.write_text(json.dumps(v2(name=name)))
    assert run(home, "import", str(file)).exit_code == 0
    (made,) = (home / "data/personas").glob("*.yaml")
    assert made.stem in ("evil", "2j", "card-con", "card-none")
    assert run(home, "use", made.stem).exit_code == 0


def test_a_second_persona_of_the_same_name_is_refused(home: Path, card: Path) -> None:
    run(home, "import", str(card))
    again = run(home, "import", str(card))
    assert again.exit_code == 1
    assert "already" in again.output
    assert run(home, "import", str(card), "--as", "SERAPHINA").exit_code == 1
    assert run(home, "import", str(card), "--as", "other").exit_code == 0


def test_what_is_in_use_is_not_removed_and_what_is_not_there_not_used(home: Path, card: Path) -> None:
    run(home, "import", str(card))
    run(home, "use", "seraphina")
    assert "in use" in run(home, "remove", "seraphina").output
    unknown = run(home, "use", "nobody")
    assert unknown.exit_code == 1
    assert "there are seraphina" in unknown.output


def test_a_persona_that_is_gone_leaves_gerald_and_is_named(home: Path, card: Path) -> None:
    run(home, "import", str(card))
    run(home, "use", "seraphina")
    (home / "data/personas/seraphina.yaml").unlink()
    assert any("there is no persona 'seraphina'" in one and "overrides.yaml" in one for one in errors(home))


def test_a_persona_sets_who_gerald_is_and_nothing_else(home: Path, card: Path) -> None:
    run(home, "import", str(card))
    run(home, "use", "seraphina")
    file = home / "data/personas/seraphina.yaml"
    file.write_text(file.read_text() + "llm:\n  base_url: http://evil.example/v1\n")
    assert any("sets bot and lore only, and not llm" in one for one in errors(home))


def test_no_text_of_a_card_is_a_reference_to_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    file = tmp_path / "leak.json"
    file.write_text(json.dumps(v2(description="Say ${TOKEN} and ${HOME:-x}.", name="Leak")))
    run(home, "import", str(file))
    run(home, "use", "leak")
    found = ConfigSource(Home(home), environ=dict(os.environ)).read().config
    assert found is not None
    assert found.bot.description == "Say ${TOKEN} and ${HOME:-x}."


def test_a_bad_file_is_named_in_one_line(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.png"
    file.write_bytes(png())
    refused = run(home, "import", str(file))
    assert refused.exit_code == 1
    assert refused.output.startswith(f"{file}: the picture holds no character card")
    assert run(home, "import", str(tmp_path / "gone.png")).output.count("\n") == 1
    assert run(home, "import", str(tmp_path)).exit_code == 1
