"""Finds the files of a run: `RUN/NODE.N.mcap`."""

import re
from pathlib import Path

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")
_FILE = re.compile(r"(?P<node>.+)\.(?P<number>\d+)\.mcap")


def file_stem(node: str) -> str:
    """What the names of a node's files begin with."""
    return _UNFIT.sub("_", node)


def segments_by_node(trace: Path) -> dict[str, list[Path]]:
    """The files of each node, in the order of writing. trace: a run's folder, or one file."""
    if trace.is_file():
        return {trace.name.partition(".")[0]: [trace]}
    found = sorted(
        (match["node"], int(match["number"]), path)
        for path in (trace.iterdir() if trace.is_dir() else ())
        if (match := _FILE.fullmatch(path.name))
    )
    nodes: dict[str, list[Path]] = {}
    for node, _, path in found:
        nodes.setdefault(node, []).append(path)
    return nodes


def segments(trace: Path) -> tuple[Path, ...]:
    """Every file, node by node, in the order of writing."""
    return tuple(path for paths in segments_by_node(trace).values() for path in paths)
