"""The embedded models: reads Models/models.yaml, finds each file in its installed package or beside the list, checks
its sum.

Nothing is imported to find a file, and a file that was checked once is checked again only when it changes.

    ModelError
    |-- ModelMissing     the package or the file is not there
    `-- ModelDamaged     the file is not the one that was listed
"""

import contextlib
import hashlib
import importlib.util
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from config.files import list_path as list_path
from config.files import replace_file
from config.syntax.errors import LoadError
from config.syntax.node import SourceText, YamlNode, problem_at
from config.syntax.parse_error import refuse
from config.syntax.yaml_reader import decode, parse, read_bytes

CACHE_LIMIT = 256 * 1024
SLOTS = (
    "llm",
    "stt",
    "tts_voice",
    "tts_voice_config",
    "vad",
    "second_voice",
    "stt_languages",
    "kokoro",
    "speaker",
    "plates",
    "detector",
)
_SHARED_KEYS = ("name", "version", "licence", "source")
_PACKAGE_KEYS = ("package", "module")
_FILE_KEYS = ("slot", "path", "sha256")
RESTORE = "restore it from git, or install Gerald again"


class ModelError(Exception):
    """Any trouble with an embedded model; the message names the package and what to do."""


class ModelMissing(ModelError):
    """The package that carries a model, or the file inside it, is not installed."""


class ModelDamaged(ModelError):
    """The file is there and is not the one whose sum is listed, or it cannot be read."""


class ModelFile(msgspec.Struct, frozen=True):
    """One file of one model: `path` inside the folder of `module`, `sha256` in 64 lower-case hex digits.

    extra: what brings it on request; "" for always. folder: where it is put together, beside models.yaml, out of
    `parts` (module/path); "" where it is used as it lies. package, module: "" where it came with the code, beside
    models.yaml."""

    name: str
    slot: str
    package: str
    module: str
    path: str
    sha256: str
    licence: str
    version: str = ""
    source: str = ""
    extra: str = ""
    folder: str = ""
    parts: tuple[str, ...] = ()

    @property
    def assembled(self) -> Path:
        """Where a file with a folder of its own lies."""
        return list_path().parent / self.folder / self.path


def load_models(path: Path) -> tuple[ModelFile, ...]:
    """Every file that models.yaml lists, in its order. Raises LoadError with file, line, column and key."""
    data = read_bytes(path, str(path), "models")
    if data is None:
        raise refuse(SourceText("models", str(path)), "there is no such file", hint="Restore it from git.")
    text = decode(data, str(path), "models")
    root = parse(text, SourceText("models", str(path), text))
    return tuple(
        _model_file(model, file) for model in _items(root, "models") for file in _items(model, "files")
    )


def _items(node: YamlNode, key: str) -> tuple[YamlNode, ...]:
    found = node.value.get(key) if isinstance(node.value, Mapping) else None
    if found is None or not isinstance(found.value, tuple) or not found.value:
        raise _refuse_at(found or node, key, "a list with at least one entry is needed here")
    return found.value


def _model_file(model: YamlNode, file: YamlNode) -> ModelFile:
    values = {key: _text(model, key) for key in _SHARED_KEYS} | {key: _text(file, key) for key in _FILE_KEYS}
    packaged = any(_has(model, key) for key in (*_PACKAGE_KEYS, "folder", "extra"))
    values |= {key: _text(model, key) if packaged else "" for key in _PACKAGE_KEYS}
    inner = PurePosixPath(values["path"])
    if values["slot"] not in SLOTS:
        raise _refuse_at(file, "slot", f"must be one of {', '.join(SLOTS)}")
    if inner.is_absolute() or ".." in inner.parts:
        raise _refuse_at(file, "path", "must stay inside its folder")
    if not re.fullmatch("[0-9a-f]{64}", values["sha256"]):
        raise _refuse_at(file, "sha256", "must be 64 lower-case hexadecimal digits")
    return ModelFile(
        **values,
        extra=_text(model, "extra") if _has(model, "extra") else "",
        folder=_inside(model, "folder") if _has(model, "folder") else "",
        parts=_texts(file, "parts") if _has(model, "folder") else (),
    )


def _has(node: YamlNode, key: str) -> bool:
    return isinstance(node.value, Mapping) and key in node.value


def _inside(node: YamlNode, key: str) -> str:
    text = _text(node, key)
    if len(PurePosixPath(text).parts) != 1 or text == "..":
        raise _refuse_at(node, key, "must be the name of a folder")
    return text


def _texts(node: YamlNode, key: str) -> tuple[str, ...]:
    items = tuple(item.value for item in _items(node, key))
    found = tuple(item for item in items if isinstance(item, str) and "/" in item and ".." not in item)
    if len(found) < len(items):
        raise _refuse_at(node, key, "must be a list of module/path")
    return found


def _text(node: YamlNode, key: str) -> str:
    found = node.value.get(key) if isinstance(node.value, Mapping) else None
    if found is None or not isinstance(found.value, str) or not found.value:
        raise _refuse_at(found or node, key, "a text is needed here (numbers in quotes)")
    return found.value


def _refuse_at(node: YamlNode, key: str, message: str) -> LoadError:
    child = node.value.get(key) if isinstance(node.value, Mapping) else None
    return LoadError(problem_at(child or node, (key,), "error", message))


def locate(model: ModelFile) -> Path:
    """Where the file lies, found without importing its module. Raises ModelMissing."""
    if model.folder:
        if model.assembled.is_file():
            return model.assembled
        raise ModelMissing(f"{model.name} is not installed; run `make setup EXTRAS={model.extra}`")
    if not model.module:
        return _locate_beside(model)
    folders = folders_of(model.module)
    if not folders:
        raise ModelMissing(f"{model.name}: the package {model.package} is not installed; run `make setup`")
    for folder in folders:
        if (found := folder / model.path).is_file():
            return found
    raise ModelMissing(
        f"{model.name}: {model.path} is not in the installed package {model.package}; "
        "remove .venv and run `make setup`"
    )


def _locate_beside(model: ModelFile) -> Path:
    found = list_path().parent / model.path
    if found.is_file():
        return found
    raise ModelMissing(f"{model.name}: there is no {found}; {RESTORE}")


def folders_of(module: str) -> tuple[Path, ...]:
    """The folders of an installed module, found without importing it; none if it is not installed."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    return tuple(map(Path, (spec.submodule_search_locations or ()) if spec is not None else ()))


def verify(model: ModelFile, cache: Path | None = None) -> None:
    """Checks the file's sum, with a cache only after a change. Raises ModelMissing or ModelDamaged.

    cache: a JSON file of this module, made when absent; if unreadable it costs time, never the start."""
    path = locate(model)
    try:
        stamp = _stamp(path, model.sha256)
        if cache is not None and _read_cache(cache).get(str(path)) == stamp:
            return
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelDamaged(f"{model.name}: {path} cannot be read: {error.strerror or error}") from error
    if found != model.sha256:
        raise ModelDamaged(
            f"{model.name}: {path} has sha256 {found} and {model.sha256} is listed in models.yaml for "
            f"{model.package or model.name} {model.version}; {_remedy(model)}"
        )
    if cache is not None:
        _write_cache(cache, _read_cache(cache) | {str(path): stamp})


def _remedy(model: ModelFile) -> str:
    if model.folder:
        return f"remove it and run `make setup EXTRAS={model.extra}`"
    return "remove .venv and run `make setup`" if model.module else RESTORE


def _stamp(path: Path, sha256: str) -> list[object]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, sha256]


def _read_cache(cache: Path) -> dict[str, object]:
    try:
        if cache.stat().st_size > CACHE_LIMIT:
            return {}
        known = json.loads(cache.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def _write_cache(cache: Path, known: Mapping[str, object]) -> None:
    with contextlib.suppress(OSError):  # the sums are computed again at the next start
        cache.parent.mkdir(parents=True, exist_ok=True)
        replace_file(cache, (json.dumps(known).encode(),), durable=False, alone=False)


def check_all(models: Iterable[ModelFile], cache: Path | None = None) -> tuple[ModelError, ...]:
    """Verifies every file and returns what is wrong, in order; empty when all is well.

    A file that comes on request only may be missing."""
    errors: list[ModelError] = []
    for model in models:
        try:
            verify(model, cache)
        except ModelMissing as error:
            errors += () if model.extra else (error,)
        except ModelError as error:
            errors.append(error)
    return tuple(errors)


def main() -> int:
    """Checks the models that came with the code; set-up runs it once."""
    try:
        errors: tuple[Exception, ...] = check_all(load_models(list_path()))
    except LoadError as refused:
        errors = (refused,)
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
