"""The file of a fleet: what it says of each home, and where its mistakes stand."""

from pathlib import Path

import pytest

from config.syntax.errors import ConfigurationError, ValidationError
from supervisor.fleet.fleet import Fleet, flattened, read
from supervisor.fleet.init import make, text

A_HOME = "homes: [{name: a, home: a}]\n"


def fleet(folder: Path, written: str) -> Fleet:
    file = folder / "fleet.yaml"
    file.write_text(written)
    return read(file)


def mistakes(folder: Path, written: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        fleet(folder, written)
    return [str(problem).removeprefix(f"{folder}/") for problem in refused.value.problems]


def test_a_home_is_run_with_what_all_have_and_its_own_settings_win(tmp_path: Path) -> None:
    found = fleet(
        tmp_path,
        """
options: [--text]
settings: {osc: {input_port: 1}, llm.temperature: 0.5, bot.name: "Otto: the first"}
homes:
  - {name: a, home: one, options: [--strict, --text], settings: {osc.input_port: 7}, profile: testing}
  - {name: b, home: /two}
""",
    )
    a, b = found.members
    assert a.arguments[:2] == ("--home", str(tmp_path / "one"))
    assert b.home == Path("/two")
    assert a.arguments[2:6] == ("run", "--text", "--strict", "--profile")
    assert a.settings == ("osc.input_port=7", "llm.temperature=0.5", 'bot.name="Otto: the first"')
    assert b.settings[0] == "osc.input_port=1"
    assert a.is_text
    assert b.is_text


def test_nested_settings_are_those_with_dots() -> None:
    nested = {"actors": {"llm.local": {"pin": "thread"}}, "osc.query": "off", "plugins": {}}
    assert dict(flattened(nested)) == {"actors.llm.local.pin": "thread", "osc.query": "off", "plugins": {}}


def test_mistakes_are_named_with_line_and_key(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "at_onc: 2\nhomes:\n- name: a\n  home: 3\n- nam: x\n  home: y\n")
    assert "fleet.yaml:1:1: at_onc: unknown key. Did you mean 'at_once'?" in found
    assert any(line.startswith("fleet.yaml:4:9: homes[0].home: ") for line in found)
    assert any("homes[1].nam: unknown key. Did you mean 'name'?" in line for line in found)
    assert any("homes[1].name: is missing" in line for line in found)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("homes: []\n", "homes: "),
        ("homes: 3\n", "homes: "),
        ("{}\n", "homes: is missing"),
        ("- a\n", "must be a mapping"),
        ("homes: [\n", "fleet.yaml:2:1: not valid YAML"),
        ("homes: [{name: ../a, home: a}]\n", "homes[0].name"),
        ("homes: [{name: a, home: a, options: [--no-launcher]}]\n", "homes[0].options[0]"),
        (
            f"{A_HOME}services: [{{name: s, actors: [users]}}]\n",
            "services[0].actors[0]: is run by no service",
        ),
        (f"{A_HOME}services: [{{name: s, actors: []}}]\n", "services[0].actors"),
        (f"{A_HOME}services: [{{name: s, place: 2}}]\n", "Did you mean 'places'?"),
        (
            f"{A_HOME}services: [{{name: s, actors: [llm.local]}}, {{name: S, actors: [llm.local]}}]\n",
            "is the name of another service too",
        ),
        (
            f"{A_HOME}services: [{{name: s, actors: [llm.local]}}, {{name: t, actors: [llm.local]}}]\n",
            "llm.local is run by s already",
        ),
        ("at_once: 0\nhomes: [{name: a, home: a}]\n", "fleet.yaml:1:10: at_once"),
        ("homes: [{name: a, home: a}, {name: A, home: b}]\n", "is the name of another home too (a)"),
        ("homes: [{name: a, home: a}, {name: b, home: ./x/../a}]\n", "is the home of a too"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, written: str, said: str) -> None:
    assert said in "\n".join(mistakes(tmp_path, written))


def test_without_a_file_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="supervisor fleet init"):
        read(tmp_path / "fleet.yaml")


def test_homes_are_chosen_by_name(tmp_path: Path) -> None:
    found = fleet(tmp_path, "homes: [{name: anna, home: a}, {name: bert, home: b}]\n")
    assert [one.name for one in found.chosen(())] == ["anna", "bert"]
    assert [one.name for one in found.chosen(("bert",))] == ["bert"]
    with pytest.raises(LookupError, match="did you mean anna"):
        found.chosen(("ana",))


def test_a_new_fleet_can_be_read_and_has_its_homes(tmp_path: Path) -> None:
    make(tmp_path / "new" / "fleet.yaml", ("a", "b"), 9100, silent=True, pages=True)
    found = read(tmp_path / "new" / "fleet.yaml")
    assert [one.home.is_dir() for one in found.members] == [True, True]
    assert len({setting for one in found.members for setting in one.settings if ".port=" in setting}) == 2
    with pytest.raises(FileExistsError):
        make(tmp_path / "new" / "fleet.yaml", ("a",), 9100, silent=True, pages=False)
    with pytest.raises(ValueError, match="need ports above"):
        text(tuple(map(str, range(1000))), 32000, silent=True, pages=False)


def test_a_fleet_says_only_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as refused:
        fleet(tmp_path, "homes: [{name: a, home: a, settings: [1]}]\n")
    assert [problem.key for problem in refused.value.problems] == ["homes[0].settings"]


def test_homes_use_the_services_unless_they_say_otherwise(tmp_path: Path) -> None:
    homes = "homes: [{name: a, home: a}, {name: b, home: b, settings: {actors.llm.local.shared: ''}}]\n"
    found = fleet(tmp_path, f"{homes}services: [{{name: models, actors: [llm.local], places: 3}}]\n")
    (service,) = found.services
    a, b = (dict(setting.split("=", 1) for setting in one.settings) for one in found.members)
    assert service.published == tmp_path / "services" / "models.json"
    assert a == {"actors.llm.local.pin": '"process"', "actors.llm.local.shared": f'"{service.published}"'}
    assert b["actors.llm.local.shared"] == '""'
    assert service.arguments == ("fleet", "serve", "models", "--file", str(found.path))
