"""Windows' set-up, which no machine here can run: read by PowerShell's grammar, and held beside the other set-up."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from tests.tools.loading import ROOT

SCRIPT = ROOT / "tools" / "setup.ps1"
OTHER = (ROOT / "tools" / "setup.sh").read_text("utf-8")
RUN = ROOT / "run.cmd"
CMDLETS = frozenset(
    """foreach-object get-childitem get-command get-content get-filehash get-itemproperty join-path pop-location
    push-location remove-item select-object set-content sort-object split-path test-path
    where-object write-host""".split()
)
AUTOMATIC = frozenset("_ erroractionpreference false lastexitcode null psscriptroot true".split())


def parsed(source: str) -> Node:
    return Parser(Language(tree_sitter_powershell.language())).parse(source.encode()).root_node


def nodes(root: Node) -> Iterator[Node]:
    yield root
    for child in root.children:
        yield from nodes(child)


def texts(root: Node, kind: str) -> list[str]:
    return [str(node.text, "utf-8").lower() for node in nodes(root) if node.type == kind and node.text]


@pytest.fixture(scope="module")
def script() -> str:
    return SCRIPT.read_text("utf-8")


def faults(source: str) -> list[str]:
    """What PowerShell would not understand, or not know."""
    root = parsed(source)
    found = [f"line {node.start_point[0] + 1}" for node in nodes(root) if node.is_error or node.is_missing]
    known = {*CMDLETS, *texts(root, "function_name")}
    found += [name for name in texts(root, "command_name") if name not in known]
    # a name may stand for a scope, a splat, or a value of the environment
    used = {name.lstrip("$@") for name in texts(root, "variable") if ":" not in name}
    assigned = {
        name for text in texts(root, "left_assignment_expression") for name in re.findall(r"\$(\w+)", text)
    }
    assigned |= {
        name.lstrip("$") for text in texts(root, "script_parameter") for name in re.findall(r"\$\w+", text)
    }
    assigned |= set(re.findall(r"foreach \(\$(\w+) in", source.lower()))
    headings = re.findall(r"function [\w-]+\(([^)]*)\)", source.lower().replace("[string[]]", ""))
    assigned |= {name for text in headings for name in re.findall(r"\$(\w+)", text)}
    return [*found, *sorted(used - assigned - AUTOMATIC)]


def test_powershell_understands_it_and_knows_every_name(script: str) -> None:
    assert faults(script) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("function Stop-Setup([string]$why) {", "function Stop-Setup([string]$why {"),
        ('Stop-Setup "there is no extra', 'Stop-Setpu "there is no extra'),
        ("exit $status", "exit $statsu"),
        ("New-Venv $found", "New-Venv $fuond"),
    ],
)
def test_a_slip_is_noticed(script: str, right: str, wrong: str) -> None:
    assert right in script
    assert faults(script.replace(right, wrong, 1)) != []


def test_the_powershell_that_every_windows_has_can_read_it(script: str) -> None:
    assert script.isascii(), "without a mark it is read in the system's own encoding"
    code = "\n".join(line.partition(" #")[0] for line in script.splitlines())
    assert not re.search(r"&&|\|\||\?\?|\?\.", code), "these are of PowerShell 7"


def test_both_set_ups_know_the_same(script: str) -> None:
    oldest, newest = (re.search(rf"\${name} = @\(3, (\d+)\)", script) for name in ("Oldest", "Newest"))
    assert oldest is not None
    assert newest is not None
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == f">=3.{oldest[1]}"
    assert sorted(re.findall(r"python3\.(\d+)", OTHER))[-1] == newest[1]
    extras = re.search(r'^known_extras=" (.*) "$', OTHER, re.MULTILINE)
    assert extras is not None
    assert re.findall(r"\$KnownExtras = @\((.*)\)", script) == [
        ", ".join(f'"{name}"' for name in extras[1].split())
    ]
    assert re.findall(r'\$KokoroVoices = "(.*)"', script) == re.findall(
        "^kokoro_voices=(.*)$", OTHER, re.MULTILINE
    )
    for name in (*re.findall(r"tools\\lock\\(\w+)\.txt", script), "run", "dev", *extras[1].split()):
        assert (ROOT / "tools" / "lock" / f"{name}.txt").is_file()


def test_no_package_brings_a_longer_path_than_it_allows_for(script: str) -> None:
    folder = Path(pytest.__file__).parents[1]
    longest = max(len(file.relative_to(folder).as_posix()) for file in folder.rglob("*"))
    allowed = re.search(r"\$DeepestFile = (\d+)", script)
    assert allowed is not None
    assert len(".venv/Lib/site-packages/") + longest <= int(allowed[1])


def test_what_is_double_clicked_goes_where_it_says() -> None:
    data = RUN.read_bytes()
    assert data.isascii()
    assert data.count(b"\r\n") == data.count(b"\n"), "cmd.exe loses labels in files with other line ends"
    text = data.decode()
    labels = {label.lower() for label in re.findall(r"^:(\w+)", text, re.MULTILINE)}
    assert {label.lower() for label in re.findall(r"goto (\w+)", text)} <= labels
    assert 'pushd "%~dp0"' in text, "a double-click begins in whatever folder"
    assert '-ExecutionPolicy Bypass -File "tools\\setup.ps1"' in text
    assert "pause" in text.partition(":failed")[2], "the window must stay open on an error"
    assert "pause" not in text.partition(":failed")[0]
