"""The home folder of an instance: configuration, data, models. Importing this loads neither YAML nor pydantic."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.files import located

PACKAGE = Path(__file__).resolve().parent


class _Place:
    """A path inside a home."""

    def __init__(self, inner: str) -> None:
        self._inner = inner

    def __get__(self, home: "Home", owner: type["Home"]) -> Path:
        return home.path / self._inner


@dataclass(frozen=True, slots=True)
class Home:
    """The places in a home; none of them need exist. Relative paths in the configuration begin at `path`."""

    path: Path
    config_file = _Place("config/config.yaml")
    secrets_file = _Place("config/secrets.yaml")
    profiles = _Place("config/profiles")
    env_file = _Place(".env")
    models = _Place("Models")
    data = _Place("data")
    state = _Place("data/state.lmdb")
    traces = _Place("data/traces")
    logs = _Place("data/logs")
    personas = _Place("data/personas")
    overrides_file = _Place("data/overrides.yaml")
    secrets_revisions_file = _Place("data/secrets.seen.json")
    data_key_file = _Place("data/seal.json")
    last_good_file = _Place("data/config.last-good.json")
    instance_file = _Place("data/instance.json")

    def resolve(self, path: str) -> Path:
        """A path as the configuration gives it, `~` included. Raises NoHomeFolder."""
        return located(self.path, path)


def find_home(given: str | Path | None, environ: Mapping[str, str]) -> Home:
    """The given home, else GERALD_HOME, else the checkout that holds this code, else the current folder.

    Raises NoHomeFolder for a `~` that leads nowhere."""
    if chosen := given or environ.get("GERALD_HOME"):
        return Home(located(Path(), chosen).absolute())
    checkout = PACKAGE.parent
    return Home(checkout if (checkout / "pyproject.toml").is_file() else Path.cwd())


def shown_path(path: Path) -> str:
    """A path as short as a terminal in the current folder can still open it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)
