"""Which mutants there are, and which of them a sample takes. A mutant is known by what it changes, not by its line."""

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider
from deletion import DeleteCall

SEED = "gerald"
UNUSED = re.compile(
    r"Variable(Replacer|Inserter)$"  # they need arguments
    r"|ReplaceComparisonOperator_(?!IsNot_Is$|Is_IsNot$)(\w+_Is(Not)?|Is(Not)?_\w+)$"  # the same, or chance
)
LOGGERS = {"log", "logger", "logging"}
CHECKED_BY_TYPES = {"frozen", "slots", "gc", "weakref"}
"""Options of dataclasses and structs."""
SIGNATURES = {"parameters", "lambdef"}
"""In which `*` and `/` are no operators."""

Position = tuple[int, int]
"""Line from 1, column from 0."""
Span = tuple[Position, Position]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`within`: the function or class; `was`, `becomes`: the lines that differ; `lines`: those of `within`, or none
    where the change is at the level of a module or class."""

    path: str
    within: str
    operator: str
    was: str
    becomes: str
    nth: int
    line: int
    lines: tuple[int, int] | None
    code: str

    @property
    def id(self) -> str:
        """Eight digits; the same as long as neither the line nor its function's name changes."""
        return digest(self.path, self.within, self.was, self.becomes, self.nth)[:8]


@dataclass(frozen=True, slots=True)
class Place:
    """One mutation that could be made, before it is."""

    path: str
    operator: str
    occurrence: int
    start: Position
    rank: str


def digest(*parts: object) -> str:
    """Hexadecimal; the same on every machine."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def operators() -> dict[str, Any]:
    """Instances by name."""
    provided = OperatorProvider()
    kinds = {name: provided[name] for name in provided if not UNUSED.match(name)}
    return {name: kind() for name, kind in kinds.items()} | {"DeleteCall": DeleteCall()}


def sample(root: Path, files: Iterable[tuple[str, str]], count: int) -> list[Mutant]:
    """`count` mutants at most, one for each place in the code. A larger sample begins with the smaller one."""
    places = sorted(
        (place for path, name in files for place in places_in(path, (root / path).read_text("utf-8"), name)),
        key=lambda place: place.rank,
    )
    found: dict[str, Mutant] = {}
    for place in places:
        if len(found) == count:
            break
        if mutant := made(place, (root / place.path).read_text("utf-8")):
            found.setdefault(mutant.id, mutant)
    return list(found.values())


def places_in(path: str, source: str, name: str = "") -> Iterator[Place]:
    """One mutation for each position at which some are possible; which of them, the seed says."""
    tree = ast.parse(source)
    without = tuple(excluded(tree))
    lines = source.splitlines()
    best: dict[Position, Place] = {}
    for operator, occurrence, start in _possible(source):
        within = scope(tree, start[0])[0]
        if any(first <= start < last for first, last in without) or not within.startswith(name):
            continue
        rank = digest(SEED, path, within, lines[start[0] - 1].strip(), start[1], operator, occurrence)
        place = Place(path, operator, occurrence, start, rank)
        if start not in best or rank < best[start].rank:
            best[start] = place
    yield from best.values()


def _possible(source: str) -> Iterator[tuple[str, int, Position]]:
    kinds = operators()
    seen = dict.fromkeys(kinds, 0)
    for node in ast_nodes(get_ast(source)):
        in_signature = node.parent is not None and node.parent.type in SIGNATURES
        for name, operator in kinds.items():
            for start, _ in operator.mutation_positions(node):
                if not in_signature:
                    yield name, seen[name], start
                seen[name] += 1


def made(place: Place, source: str) -> Mutant | None:
    """None where the result is no Python, or the same."""
    try:
        code = mutate_code(source, operators()[place.operator], place.occurrence)
    except AttributeError:  # cosmic-ray replaces only plain names in `except (binascii.Error, ValueError)`
        return None
    if code is None or code == source or not _compiles(code):
        return None
    within, lines = scope(ast.parse(source), place.start[0])
    was, becomes, line = difference(source, code)
    nth = [at for at, text in enumerate(source.splitlines(), 1) if text.strip() == was.split("\n")[0]].index(
        line
    )
    return Mutant(place.path, within, place.operator, was, becomes, nth, line, lines, code)


def _compiles(code: str) -> bool:
    try:
        compile(code, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def difference(source: str, code: str) -> tuple[str, str, int]:
    """The lines that differ, before and after, without the indent; and the number of the first that is not blank."""
    old, new = source.splitlines(), code.splitlines()
    start = next(at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other)
    end = 0
    while end < min(len(old), len(new)) - start - 1 and old[-1 - end] == new[-1 - end]:
        end += 1
    was, becomes = old[start : len(old) - end], new[start : len(new) - end]
    blank = next((at for at, text in enumerate(was) if text.strip()), 0)
    return "\n".join(was).strip(), "\n".join(becomes).strip(), start + blank + 1


def scope(tree: ast.Module, line: int) -> tuple[str, tuple[int, int] | None]:
    """The qualified name of what `line` is in, and the lines of the innermost function if it is in the body of one."""
    names: list[str] = []
    lines = None
    body: list[ast.stmt] = tree.body
    while True:
        inner = next((node for node in body if _is_scope(node) and _first(node) <= line <= _last(node)), None)
        if inner is None:
            return ".".join(names), lines
        names.append(inner.name)  # type: ignore[attr-defined]
        if isinstance(inner, ast.ClassDef):
            lines = None
        elif line >= inner.body[0].lineno:  # type: ignore[attr-defined]
            lines = (inner.body[0].lineno, _last(inner))  # type: ignore[attr-defined]
        body = inner.body  # type: ignore[attr-defined]


def _is_scope(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _first(node: Any) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _last(node: Any) -> int:
    return int(node.end_lineno)


def excluded(tree: ast.Module) -> Iterator[Span]:
    """Spans that no test should pin down: annotations, logging, `__repr__`, figures that are only tuned."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield _span(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.returns is not None:
                yield _span(node.returns)
            if node.name == "__repr__":
                yield _span(node)
        elif _is_logging(node) or (isinstance(node, ast.keyword) and node.arg in CHECKED_BY_TYPES):
            yield _span(node)
    for statement in tree.body:
        if _is_figure(statement):
            yield _span(statement)


def _is_logging(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return ast.unparse(node.func.value).split(".")[-1].lstrip("_") in LOGGERS


def _is_figure(statement: ast.stmt) -> bool:
    """`SPARE = 1 << 20`: one more or less makes no difference to anybody."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    plain = ast.Constant | ast.BinOp | ast.UnaryOp | ast.operator | ast.unaryop
    return all(isinstance(target, ast.Name) and target.id.isupper() for target in targets) and all(
        isinstance(node, plain) for node in ast.walk(statement.value)
    )


def _span(node: Any) -> Span:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
