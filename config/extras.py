"""Puts together the models that come on request: the parts that packages carry become the files that engines load.

`python -m config.extras NAME ... [--archive FILE]`; set-up runs it after it has installed the packages of an extra."""

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from config.files import list_path, replace_file
from config.models import (
    ModelDamaged,
    ModelError,
    ModelFile,
    ModelMissing,
    folders_of,
    load_models,
    verify,
)

BLOCK = 1 << 20


def assemble(model: ModelFile, archives: Iterable[Path] = ()) -> None:
    """Make the file out of its parts, if it is not there with the right sum. Raises ModelMissing or ModelDamaged.

    archives: files that set-up fetched; one stands for a part of its name."""
    try:
        verify(model)
        return
    except ModelError:
        parts = [_part(model, part, tuple(archives)) for part in model.parts]
    _check(model, parts)
    try:
        model.assembled.parent.mkdir(parents=True, exist_ok=True)
        replace_file(model.assembled, _blocks(parts), durable=False, alone=False)
    except OSError as error:
        why = error.strerror or error
        raise ModelDamaged(f"{model.name}: {model.assembled} cannot be written: {why}") from error


def _part(model: ModelFile, part: str, archives: tuple[Path, ...]) -> Path:
    module, _, inner = part.partition("/")
    if fetched := [archive for archive in archives if archive.name == inner]:
        return fetched[0]
    for folder in folders_of(module):
        if (found := folder / inner).is_file():
            return found
    raise ModelMissing(f"{model.name}: {part} is not installed; run `make setup EXTRAS={model.extra}`")


def _check(model: ModelFile, parts: Iterable[Path]) -> None:
    """Before anything is written: the parts give the file that is listed."""
    found = hashlib.sha256()
    for block in _blocks(parts):
        found.update(block)
    if found.hexdigest() != model.sha256:
        raise ModelDamaged(
            f"{model.name}: the parts of {model.path} have sha256 {found.hexdigest()} and {model.sha256} is listed in"
            " models.yaml"
        )


def _blocks(parts: Iterable[Path]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as file:
            while block := file.read(BLOCK):
                yield block


def main(arguments: list[str] | None = None) -> int:
    """Assemble the models of some extras; 1 and a line for each that is not whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extras", nargs="*", metavar="NAME")
    parser.add_argument("--archive", type=Path, action="append", default=[])
    given = parser.parse_args(arguments)
    models = load_models(list_path())
    known = {model.extra for model in models if model.extra}
    if unknown := [name for name in given.extras if name not in known]:
        print(
            f"there is no extra {', '.join(unknown)}; known are {', '.join(sorted(known))}", file=sys.stderr
        )
        return 1
    failed = 0
    for model in models:
        if model.extra in given.extras:
            try:
                assemble(model, given.archive)
            except ModelError as error:
                failed = 1
                print(error, file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main())
