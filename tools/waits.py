"""Finds waits in tests that end before a busy machine may be done: those shorter than 5 seconds.

    python tools/waits.py [FOLDER]

It looks at the limits given to calls that wait (`wait`, `join`, `get(timeout=...)`, `communicate`, `asyncio.wait_for`,
helpers named `wait...`, `await...` or `until...`, any `timeout=` or `within=`), at the defaults of such parameters, and
at deadlines (`time.monotonic() + 2`). A limit may be a number or a constant of the same module. No waits for an event
are a look without a wait (0), a pause (the statement `gate.wait(0.02)`), and the proof that nothing comes (`assert not
...`, `pytest.raises`). Any other reason stands in the line as `# short: why`. Prints FILE:LINE: what; exit status 1 if
there are any.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

LEAST = 5.0
"""Seconds that a wait for an event is given at least."""
PAUSE = 0.5
"""Seconds up to which the statement `x.wait(n)` is a pause."""
LIMIT_AT = {
    "wait": 0,
    "join": 0,
    "poll": 0,
    "result": 0,
    "acquire": 1,
    "settimeout": 0,
    "timeout": 0,
}
"""Where the limit stands among the arguments of a method or function; of helpers (see HELPER) it is the last one."""
HELPER = re.compile(r"_?(a?wait|until)(_\w+)?")
NAMES = {"timeout", "within"}
"""Parameters that are limits."""
ASKS = {"ask", "asking"}
"""An actor's own: nobody waits, and its time is the virtual clock's."""
CLOCKS = {"monotonic", "time", "perf_counter"}
REASON = re.compile(r"# short: \S")


def main(folder: Path) -> int:
    """Check the tests below `folder`; 1 if there are faults, else 0."""
    faults = [
        f"{path.relative_to(folder)}:{line}: a wait of {seconds:g} s: give a busy machine {LEAST:g} s or more"
        for path in sorted((folder / "tests").rglob("*.py"))
        for line, seconds in faults_of(path.read_text("utf-8"))
    ]
    print("\n".join(faults) if faults else "no test waits for an event for less than 5 s")
    return 1 if faults else 0


def faults_of(source: str) -> list[tuple[int, float]]:
    """Line and seconds of each wait that is too short, in order."""
    tree = ast.parse(source)
    lines = source.splitlines()
    constants = _constants(tree)
    harmless = set(_harmless(tree))
    found = {
        (limit.lineno, seconds)
        for node in ast.walk(tree)
        if id(node) not in harmless
        for limit in _limits(node)
        if (seconds := _seconds(limit, constants)) is not None and 0 < seconds < LEAST
    }
    return sorted((line, seconds) for line, seconds in found if not REASON.search(lines[line - 1]))


def _limits(node: ast.AST) -> Iterator[ast.expr]:
    """What may be the limit of a wait."""
    if isinstance(node, ast.Call):
        name = _name(node.func)
        if name not in ASKS:
            yield from (keyword.value for keyword in node.keywords if keyword.arg in NAMES)
        if ast.unparse(node.func) == "asyncio.wait_for":
            yield from node.args[1:2]
        elif name in LIMIT_AT:
            at = LIMIT_AT[name]
            yield from node.args[at : at + 1]
        elif HELPER.fullmatch(name):
            yield from (given for given in node.args[-1:] if not _is_count(given))
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = (*node.args.posonlyargs, *node.args.args)
        defaults = node.args.defaults
        named = [*zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True)]
        named += [pair for pair in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if pair[1]]  # type: ignore[misc]
        yield from (default for argument, default in named if argument.arg in NAMES)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _name_of_call(node.left) in CLOCKS:
        yield node.right


def _is_count(node: ast.expr) -> bool:
    """Whether an argument of a helper is rather a number of things than of seconds."""
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _harmless(tree: ast.AST) -> Iterator[int]:
    """Calls that prove that nothing comes, or pause."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assert)
            and isinstance(node.test, ast.UnaryOp)
            and isinstance(node.test.op, ast.Not)
        ):
            yield id(node.test.operand)
        elif isinstance(node, ast.With) and any(
            _name_of_call(item.context_expr) == "raises" for item in node.items
        ):
            yield from (id(inner) for statement in node.body for inner in ast.walk(statement))
        elif isinstance(node, ast.Expr) and _name_of_call(node.value) == "wait":
            arguments = node.value.args  # type: ignore[attr-defined]
            if len(arguments) == 1 and (_seconds(arguments[0], {}) or LEAST) <= PAUSE:
                yield id(node.value)


def _constants(tree: ast.Module) -> dict[str, float]:
    found: dict[str, float] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and (seconds := _seconds(node.value, found)) is not None:
            found.update((target.id, seconds) for target in node.targets if isinstance(target, ast.Name))
    return found


def _seconds(node: ast.expr, constants: Mapping[str, float]) -> float | None:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)  # type: ignore[arg-type]
    return constants.get(node.id) if isinstance(node, ast.Name) else None


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _name_of_call(node: ast.expr) -> str:
    return _name(node.func) if isinstance(node, ast.Call) else ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]))
