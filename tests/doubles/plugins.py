"""Plugins as they lie on the path: written by hand, as an installation leaves them."""

from collections.abc import Mapping
from pathlib import Path

HEAD = 'interface = 1\nabout = "Made for a test."\n'


def lay(
    folder: Path,
    name: str,
    entries: Mapping[str, Mapping[str, str]],
    modules: Mapping[str, str],
    manifest: str = HEAD,
) -> None:
    """Put plugin `name` into `folder`. entries: by group, NAME = TARGET. modules: their code, by name."""
    package = folder / f"gerald_{name}"
    package.mkdir(parents=True)
    (package / "gerald-plugin.toml").write_text(manifest)
    for module, code in {"__init__": "", **modules}.items():
        (package / f"{module}.py").write_text(code)
    info = folder / f"gerald_{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: gerald-{name}\nVersion: 1.0\n")
    groups = {"gerald.plugins": {name: f"gerald_{name}"}, **entries}
    lines = [
        f"[{group}]\n" + "".join(f"{n} = {t}\n" for n, t in found.items()) for group, found in groups.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
