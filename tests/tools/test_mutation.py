"""The mutation tester: which mutants there are, which of them a sample has, and what it says of the whole."""

import ast
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.tools.loading import ROOT

FOLDER = ROOT / "tools" / "mutation"
NAMES = ("deletion", "mutants", "parts", "score", "kept")


@pytest.fixture(scope="module")
def tools() -> Iterator[dict[str, ModuleType]]:
    """The modules of the tester, which import each other by plain names."""
    sys.path.insert(0, str(FOLDER))
    try:
        yield {name: __import__(name) for name in NAMES}
    finally:
        sys.path.remove(str(FOLDER))
        for name in NAMES:
            sys.modules.pop(name, None)


@pytest.fixture
def mutants(tools: dict[str, ModuleType]) -> ModuleType:
    return tools["mutants"]


SOURCE = textwrap.dedent('''
    """A module."""

    import logging

    log = logging.getLogger(__name__)
    LIMIT = 3 * 1024


    class Bell:
        """Rings."""

        @handles
        def on_pressed(self, message: Pressed | None, *, times: int = 1) -> Rung | None:
            """Rings, 2 times at most."""
            log.info("%d of %d", message.count, LIMIT + 1)
            if message.count > 2:
                self.tell("house", Rung(message.count))
            return None

        def __repr__(self) -> str:
            return "b" * 3
''')


def changed(mutants: ModuleType, source: str = SOURCE) -> list[Any]:
    made = (mutants.made(place, source) for place in mutants.places_in("bell.py", source))
    return [mutant for mutant in made if mutant is not None]


def test_handlers_are_changed_and_what_no_test_should_pin_down_is_not(mutants: ModuleType) -> None:
    was = {mutant.was for mutant in changed(mutants)}
    assert was == {
        "@handles\n    def on_pressed(self, message: Pressed | None, *, times: int = 1) -> Rung | None:",
        "def on_pressed(self, message: Pressed | None, *, times: int = 1) -> Rung | None:",
        "if message.count > 2:",
        'self.tell("house", Rung(message.count))',
    }


def test_a_call_whose_result_nobody_takes_can_be_left_out(mutants: ModuleType) -> None:
    (left_out,) = (mutant for mutant in changed(mutants) if mutant.operator == "DeleteCall")
    assert (left_out.becomes, left_out.within) == ("pass", "Bell.on_pressed")
    assert "house" not in left_out.code
    ast.parse(left_out.code)


def test_a_mutant_keeps_its_id_when_only_its_line_moves(mutants: ModuleType) -> None:
    ids = [mutant.id for mutant in changed(mutants)]
    moved = [
        mutant.id for mutant in changed(mutants, SOURCE.replace("class Bell", "X = None\n\n\nclass Bell"))
    ]
    assert ids == moved
    assert len(set(ids)) == len(ids)


def test_a_larger_sample_begins_with_the_smaller_one(mutants: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "bell.py").write_text(SOURCE)
    samples = [mutants.sample(tmp_path, [("bell.py", "")], count) for count in (2, 4, 400)]
    ids = [[mutant.id for mutant in found] for found in samples]
    assert [len(found) for found in ids] == [2, 4, len(changed(mutants))]
    assert ids[0] == ids[1][:2]
    assert ids[1] == ids[2][:4]


def test_a_part_may_be_one_name_of_a_file(mutants: ModuleType) -> None:
    source = SOURCE + "\n\ndef ring(times: int) -> int:\n    return times + 1\n"
    places = list(mutants.places_in("bell.py", source, "ring"))
    assert {place.start[0] for place in places} == {len(source.splitlines())}


def test_a_change_that_an_operator_cannot_make_is_none(mutants: ModuleType) -> None:
    changed(mutants, "try:\n    ring()\nexcept (bell.Broken, ValueError):\n    pass\n")


@pytest.mark.parametrize(
    ("killed", "survived", "at_least"),
    [(0, 0, 0.0), (0, 9, 0.0), (65, 5, 0.843), (66, 4, 0.862), (100, 0, 0.963)],
)
def test_the_lower_bound_is_wilsons(
    tools: dict[str, ModuleType], killed: int, survived: int, at_least: float
) -> None:
    assert tools["score"].Score(killed, 3, survived).at_least == pytest.approx(at_least, abs=1e-3)


def test_every_part_has_sources_and_tests(tools: dict[str, ModuleType]) -> None:
    for part in tools["parts"].PARTS.values():
        files = list(tools["parts"].source_files(ROOT, part))
        assert files
        assert all((ROOT / path).is_file() for path, _ in files)
        assert all((ROOT / path).exists() for path in part.tests)


def test_each_survivor_that_was_argued_is_in_the_code_still_and_has_a_reason(
    tools: dict[str, ModuleType],
) -> None:
    for path, _, was, _ in tools["kept"].argued(ROOT):
        lines = [line.strip() for line in (ROOT / path).read_text("utf-8").splitlines()]
        assert was.split("\n")[0] in lines, f"{path}: {was}"


def test_an_argument_without_a_reason_is_refused(tools: dict[str, ModuleType], tmp_path: Path) -> None:
    (tmp_path / "tests" / "mutation").mkdir(parents=True)
    entry = "- {path: a.py, within: f, was: x, becomes: y, reason: no bug}\n"
    (tmp_path / "tests" / "mutation" / "argued.yaml").write_text(entry)
    with pytest.raises(ValueError, match=r"a\.py, 'x': say why"):
        tools["kept"].argued(tmp_path)


def test_the_table_is_that_of_the_kept_results(tools: dict[str, ModuleType]) -> None:
    kept = tools["kept"]
    page = (ROOT / kept.PAGE).read_text("utf-8")
    assert page.endswith(kept.table(kept.results(ROOT)))


@pytest.mark.slow
def test_a_mutant_is_killed_by_the_test_that_looks_and_survives_the_one_that_does_not(tmp_path: Path) -> None:
    (tmp_path / "bell.py").write_text("def ring(times: int) -> int:\n    return times + 1\n")
    (tmp_path / "test_looks.py").write_text("import bell\n\ndef test_it():\n    assert bell.ring(2) == 3\n")
    (tmp_path / "test_calls.py").write_text("import bell\n\ndef test_it():\n    assert bell.ring(2)\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  models\n  sound\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        import runs
        with runs.Copy(Path(sys.argv[1])) as copy:
            for test in ("test_looks.py", "test_calls.py", "test_none.py"):
                with copy.changed("bell.py", "def ring(times):\\n    return times + 2\\n"):
                    run = copy.run([test], 60, per_test=20)
                    print(run.end, run.failed)
            run = copy.run(["test_looks.py"], 60, per_test=20, measured=["bell.py"])
            print(run.end, sorted(run.lines["bell.py"]["2"]))
            with copy.changed("bell.py", "def ring(times):\\n    while True: pass\\n"):
                print(copy.run(["test_looks.py"], 3, per_test=20).end)
    """)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.stdout.splitlines() == [
        "failed test_looks.py::test_it",
        "passed ",
        "failed the tests could not run",
        "passed ['test_looks.py::test_it']",
        "late",
    ], done.stderr
