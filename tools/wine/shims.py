"""Builds the two DLLs that Wine 8 needs for Windows' packages, and points the packages at one of them.

`python shims.py FOLDER SITE_PACKAGES` writes `bcryptprimitives.dll` and `crtmath.dll` into FOLDER, which is that of
`python.exe`. Where a library in SITE_PACKAGES takes a complex function from the C runtime, the name of that DLL in its
table of imports becomes `crtmath.dll`, which passes everything else on. To repeat it changes nothing.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pefile

HERE = Path(__file__).resolve().parent
COMPILER = ("x86_64-w64-mingw32-gcc", "-O2", "-s", "-shared", "-static", "-static-libgcc", "-fno-builtin")
CRT = b"api-ms-win-crt-math-l1-1-0.dll"
OURS = b"crtmath.dll"
BASES = "cabs carg ccos ccosh cexp cimag clog conj cpow creal csin csinh csqrt ctan ctanh".split()
COMPLEX = frozenset(base + suffix for base in BASES for suffix in ("", "f", "l"))


def imported(library: Path) -> set[str]:
    """What the library takes from the C runtime's functions of mathematics, or from ours in their place."""
    with pefile.PE(str(library), fast_load=True) as image:
        image.parse_data_directories(directories=[pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_IMPORT"]])
        entries = getattr(image, "DIRECTORY_ENTRY_IMPORT", [])
        return {
            name.name.decode()
            for entry in entries
            if entry.dll.lower() in (CRT, OURS)
            for name in entry.imports
        }


def calling(packages: Path) -> Iterator[tuple[Path, set[str]]]:
    """The libraries that call a complex function, each with all it takes from that DLL."""
    for library in sorted((*packages.rglob("*.pyd"), *packages.rglob("*.dll"))):
        content = library.read_bytes()
        called = any(b"\0%b\0" % name.encode() in content for name in COMPLEX)
        if called and (CRT in content or OURS in content):
            names = imported(library)
            if names & COMPLEX:
                yield library, names


def definition(names: set[str]) -> str:
    """The linker's list of exports: the complex functions are ours, the rest is passed on."""
    lines = (
        f"  {name} = {f'our_{name}' if name in COMPLEX else f'ucrtbase.{name}'}" for name in sorted(names)
    )
    return "\n".join(("LIBRARY crtmath", "EXPORTS", *lines, ""))


def point_at_ours(library: Path) -> None:
    content = library.read_bytes()
    if CRT not in content:
        return
    if content.count(CRT) != 1:
        raise SystemExit(f"{library} names {CRT.decode()} more than once: which one is its table's?")
    changed = library.with_suffix(".new")
    changed.write_bytes(content.replace(CRT, OURS.ljust(len(CRT), b"\0")))
    os.replace(changed, library)


def build(target: Path, *arguments: str) -> None:
    unfinished = target.with_suffix(".new")
    subprocess.run([*COMPILER, "-o", str(unfinished), *arguments], check=True)
    os.replace(unfinished, target)


def main(folder: Path, packages: Path) -> None:
    found = dict(calling(packages))
    exports = folder / "crtmath.def"
    exports.write_text(definition(set().union(*found.values())))
    build(folder / OURS.decode(), str(HERE / "complex_math.c"), str(exports))
    build(folder / "bcryptprimitives.dll", str(HERE / "random_bytes.c"), "-ladvapi32")
    for library in found:
        point_at_ours(library)
    exports.unlink()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
