"""Finds addresses of actors that are spelled out instead of their constant.

    python tools/addresses.py [FOLDER]

It knows the addresses that messages modules of actors and supervisor declare, as in `WORLD = Address("world")`. One
with a dot may be a string nowhere else in these packages. One that is also an ordinary word (`users`) may not be a
string where only an address fits: as a recipient, in a comparison with an address, or as a constant, alone or in a list
of addresses. Prints FILE:LINE: what; exit status 1 if there are any.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGES = ("actors", "supervisor")
DECLARING = re.compile(r"(actors/\w+/messages|actors/kernel/protocol/\w+|supervisor/\w+/messages)\.py")
"""The modules that declare addresses, and may spell them out."""
SENDS = frozenset(
    "tell ask answer deliver notify command launch slot restart retire start_again ChildSpec".split()
)
"""Functions whose first argument is an address."""
NAMES = frozenset("address addresses recipient sender supervisor to watcher watchers".split())
"""Names whose value can only be an address."""
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")


def main(folder: Path) -> int:
    """Check the packages below `folder`; 1 if there are faults, else 0."""
    known = known_addresses(folder)
    faults = [
        f"{path.relative_to(folder)}:{line}: {address!r} is an address: import its constant"
        for path in _files(folder)
        if not DECLARING.fullmatch(path.relative_to(folder).as_posix())
        for line, address in faults_of(path.read_text("utf-8"), known)
    ]
    print("\n".join(faults) if faults else "no address is written out")
    return 1 if faults else 0


def known_addresses(folder: Path) -> set[str]:
    """Every address that a package of actors or the kernel's protocol declares."""
    return {address for path in _files(folder) for address in _declared(ast.parse(path.read_text("utf-8")))}


def faults_of(source: str, known: Iterable[str]) -> list[tuple[int, str]]:
    """Line and address, in order."""
    known = frozenset(known)
    tree = ast.parse(source)
    literals = {id(node): node for node in ast.walk(tree) if _literal(node) and node.value in known}  # type: ignore[attr-defined]
    wrong = {id(node) for node in literals.values() if "." in node.value}  # type: ignore[attr-defined]
    wrong |= {id(node) for node in _in_an_address_s_place(tree, known)} & literals.keys()
    return sorted((literals[key].lineno, literals[key].value) for key in wrong)  # type: ignore[attr-defined]


def _in_an_address_s_place(tree: ast.AST, known: frozenset[str]) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in SENDS:
            yield from node.args[:1]
        elif isinstance(node, ast.keyword) and node.arg in NAMES:
            yield node.value
        elif isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            if any(_name(side) in NAMES for side in sides):
                yield from (item for side in sides for item in _items(side))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            items = _items(node.value)
            if any(CONSTANT.fullmatch(_name(target)) for target in targets) and all(
                _literal(item) and item.value in known  # type: ignore[attr-defined]
                for item in items
            ):
                yield from items


def _items(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]


def _literal(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _declared(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) == "Address":
            yield from (argument.value for argument in node.args[:1] if _literal(argument))  # type: ignore[attr-defined]


def _files(folder: Path) -> list[Path]:
    return [path for package in PACKAGES for path in sorted((folder / package).rglob("*.py"))]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]))
