"""Finds deterministic actors that bypass their context to reach the outside, and so could not be replayed.

    python tools/backdoors.py [FOLDER]

Checks every module that defines a deterministic actor, and the actors' modules that it imports, for clocks, chance,
threads, files, sockets, processes, addresses of objects and the order of sets. An actor reaches the outside through
`self.side_effect(...)`; RIM lists the modules behind it. Prints FILE:LINE: what; exit status 1 if there are any.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

DETERMINISTIC = {"DomainActor"}
"""Bases whose actors are deterministic."""
RIM = {
    "actors.system.resources",
    "actors.llm.http.job",
    "actors.llm.http.moderations",
    "actors.llm.http.streams",
    "actors.behaviour.local_clock",
    "actors.vrchat.web.session_file",
    "actors.vrchat.web.web",
}
"""Modules that are reached through `side_effect` only."""
HOSTS = "actors.kernel."
INHERITED = "actors.kernel.state."
"""The kernel provides the clock and chance, so only the part that actors inherit is checked."""

MODULES = {
    **dict.fromkeys(
        ("time", "secrets", "uuid"), "the clock or chance: use self.now(), self.wall() or self.random"
    ),
    **dict.fromkeys(
        ("threading", "asyncio", "multiprocessing", "concurrent"), "a thread: use self.side_effect(...)"
    ),
    **dict.fromkeys(
        ("socket", "subprocess", "httpx", "os", "shutil", "tempfile", "glob"),
        "I/O: use self.side_effect(...)",
    ),
}
CALLS = {
    "open": "a file: use self.side_effect(...)",
    "input": "the terminal",
    "print": "the terminal",
    "hash": "differs from process to process",
    "id": "the address of an object",
}
NOW = {"now", "today", "utcnow"}
ORDERED = {"tuple", "list", "enumerate", "next", "iter"}


def main(folder: Path) -> int:
    """Check the packages below `folder`; 1 if there are faults, else 0."""
    faults = [
        f"{path.relative_to(folder)}:{line}: {what}"
        for path in sorted(deterministic_modules(folder).values())
        for line, what in faults_of(path.read_text("utf-8"))
    ]
    print("\n".join(faults) if faults else "no deterministic actor has a back door")
    return 1 if faults else 0


def deterministic_modules(folder: Path) -> dict[str, Path]:
    """The modules whose code runs in deterministic actors, by name."""
    trees = {name: (path, ast.parse(path.read_text("utf-8"))) for name, path in _modules(folder)}
    known = _deterministic_classes(tree for _, tree in trees.values())
    waiting = [
        name for name, (_, tree) in trees.items() if any(found[0] in known for found in _classes(tree))
    ]
    found: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        if name in found or name in RIM or name not in trees:
            continue
        if name.startswith(HOSTS) and not name.startswith(INHERITED):
            continue
        path, tree = trees[name]
        found[name] = path
        waiting += _imports(tree)
    return found


def faults_of(source: str) -> Iterator[tuple[int, str]]:
    """Line and fault, in order."""
    tree = ast.parse(source)
    outside = {id(node) for call in ast.walk(tree) if _is_side_effect(call) for node in ast.walk(call)}
    for node in ast.walk(tree):
        if id(node) in outside:
            continue
        if what := _fault(node):
            yield getattr(node, "lineno", 0) or node.iter.lineno, what  # type: ignore[attr-defined]


def _fault(node: ast.AST) -> str:
    if isinstance(node, ast.For | ast.comprehension) and _is_set(node.iter):
        return "the order of a set differs from process to process: sort it"
    if not isinstance(node, ast.Call):
        return ""
    called = node.func
    if isinstance(called, ast.Name):
        if called.id in CALLS:
            return f"{called.id}(): {CALLS[called.id]}"
        if called.id in ORDERED and node.args and _is_set(node.args[0]):
            return "the order of a set differs from process to process: sort it"
    if isinstance(called, ast.Attribute):
        root = called.value
        while isinstance(root, ast.Attribute):
            root = root.value
        name = root.id if isinstance(root, ast.Name) else ""
        if name in MODULES:
            return f"{ast.unparse(called)}(): {MODULES[name]}"
        if name == "random" and called.attr != "Random":
            return f"{ast.unparse(called)}(): chance: use self.random"
        if called.attr in NOW and name in ("datetime", "date"):
            return f"{ast.unparse(called)}(): the clock: use self.wall()"
    return ""


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("set", "frozenset")
    )


def _is_side_effect(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "side_effect"
    )


def _modules(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted((folder / "actors").rglob("*.py")):
        yield ".".join(path.relative_to(folder).with_suffix("").parts), path


def _classes(tree: ast.Module) -> Iterator[tuple[str, set[str], bool]]:
    """Name, names of bases, and whether it says that it is deterministic."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = {ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases}
            says = any(
                isinstance(item, ast.Assign)
                and ast.unparse(item.targets[0]) == "deterministic"
                and ast.unparse(item.value) == "True"
                for item in node.body
            )
            yield node.name, bases, says


def _deterministic_classes(trees: Iterable[ast.Module]) -> set[str]:
    classes = [found for tree in trees for found in _classes(tree)]
    known = DETERMINISTIC | {name for name, _, says in classes if says}
    while more := {name for name, bases, _ in classes if bases & known} - known:
        known |= more
    return known


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("actors"):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("actors"))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]))
