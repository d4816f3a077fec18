"""The embedded models: reads Models/models.yaml, finds each file in its installed package, checks its sum.

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

from config.files import replace_file
from config.syntax.errors import LoadError
from config.syntax.node import SourceText, YamlNode, problem_at
from config.syntax.parse_error import refuse
from config.syntax.yaml_reader import decode, parse, read_bytes

CHECKOUT_LIST = Path(__file__).parent.parent / "Models" / "models.yaml"
WHEEL_LIST = Path(__file__).with_name("models.yaml")
CACHE_LIMIT = 256 * 1024
SLOTS = ("llm", "stt", "tts_voice", "tts_voice_config", "vad", "second_voice")
_SHARED_KEYS = ("name", "package", "version", "module", "licence", "source")
_FILE_KEYS = ("slot", "path", "sha256")


class ModelError(Exception):
    """Any trouble with an embedded model; the message names the package and what to do."""


class ModelMissing(ModelError):
    """The package that carries a model, or the file inside it, is not installed."""


class ModelDamaged(ModelError):
    """The file is there and is not the one whose sum is listed, or it cannot be read."""


class ModelFile(msgspec.Struct, frozen=True):
    """One file of one model: `path` inside the folder of `module`, `sha256` in 64 lower-case hex digits."""

    name: str
    slot: str
    package: str
    module: str
    path: str
    sha256: str
    licence: str
    version: str = ""
    source: str = ""


def list_path() -> Path:
    """The models.yaml that came with the code: the checkout's, or the one inside an installed wheel."""
    return CHECKOUT_LIST if CHECKOUT_LIST.is_file() else WHEEL_LIST


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
    inner = PurePosixPath(values["path"])
    if values["slot"] not in SLOTS:
        raise _refuse_at(file, "slot", f"must be one of {', '.join(SLOTS)}")
    if inner.is_absolute() or ".." in inner.parts:
        raise _refuse_at(file, "path", "must stay inside the module")
    if not re.fullmatch("[0-9a-f]{64}", values["sha256"]):
        raise _refuse_at(file, "sha256", "must be 64 lower-case hexadecimal digits")
    return ModelFile(**values)


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
    try:
        spec = importlib.util.find_spec(model.module)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(f"{model.name}: the package {model.package} is not installed; run `make setup`")
    for folder in spec.submodule_search_locations:
        if (found := Path(folder, model.path)).is_file():
            return found
    raise ModelMissing(
        f"{model.name}: {model.path} is not in the installed package {model.package}; "
        "remove .venv and run `make setup`"
    )


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
            f"{model.package} {model.version}; remove .venv and run `make setup`"
        )
    if cache is not None:
        _write_cache(cache, _read_cache(cache) | {str(path): stamp})


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
    """Verifies every file and returns what is wrong, in order; empty when all is well."""
    errors: list[ModelError] = []
    for model in models:
        try:
            verify(model, cache)
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
