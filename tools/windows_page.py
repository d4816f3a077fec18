"""Writes the table of docs/windows.md: the tests that are left out on Windows, counted by what they assume.

`python tools/windows_page.py` writes it; with --check the exit status says whether it is up to date.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
MARK = "<!-- Below this line `make docs` writes what the markers of tests say. -->\n"
DOCUMENT = ROOT / "docs" / "windows.md"
MARKERS = ("posix", "linux")

Reasons = list[tuple[str, str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def page(text: str, tests: Path) -> str:
    """The document with its generated part renewed. tests: the folder of the tests."""
    head, mark, _ = text.partition(MARK)
    if not mark:
        raise ValueError(f"{DOCUMENT.name} has lost its line {MARK.strip()}")
    counted = Counter(why for file in sorted(tests.rglob("test_*.py")) for why in left_out(file))
    return head + mark + "".join(_table(counted))


def left_out(file: Path) -> Iterator[tuple[str, str]]:
    """For each test of the file that is left out, or has cases that are: the marker, and what it assumes."""
    module = ast.parse(file.read_text("utf-8"))
    named = {
        target.id: reasons(statement.value)
        for statement in module.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    everywhere = named.get("pytestmark", [])
    for test in _tests(module):
        found = everywhere or [why for decorator in test.decorator_list for why in reasons(decorator, named)]
        yield from found[:1]


def reasons(expression: ast.AST, named: "dict[str, Reasons] | None" = None) -> Reasons:
    """The markers in an expression. named: those behind names of the module."""
    found: Reasons = []
    for node in ast.walk(expression):
        if isinstance(node, ast.Name):
            found += (named or {}).get(node.id, [])
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MARKERS
        ):
            (why,) = node.args
            if not isinstance(why, ast.Constant) or not isinstance(why.value, str):
                raise ValueError(f"line {node.lineno}: a marker's reason is a literal")
            found.append((node.func.attr, why.value))
    return found


def _tests(module: ast.Module) -> Iterator[Function]:
    for node in ast.walk(module):
        if isinstance(node, Function) and node.name.startswith("test_"):
            yield node


def _table(counted: "Counter[tuple[str, str]]") -> Iterator[str]:
    yield f"\n{counted.total()} tests are left out on Windows, or some of their cases:\n\n"
    yield "| tests | marked | what they assume |\n|---|---|---|\n"
    for (marker, why), count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        yield f"| {count} | {marker} | {why} |\n"


def main() -> int:
    text = DOCUMENT.read_text("utf-8")
    new = page(text, ROOT / "tests")
    if "--check" in sys.argv[1:]:
        return int(new != text)
    DOCUMENT.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
