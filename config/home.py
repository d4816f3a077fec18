"""The home folder of an instance: configuration, data, models. Importing this loads neither YAML nor pydantic."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Home:
    """The places in a home; none of them need exist. Relative paths in the configuration begin at `path`."""

    path: Path

    @property
    def config_file(self) -> Path:
        return self.path / "config" / "config.yaml"

    @property
    def secrets_file(self) -> Path:
        return self.path / "config" / "secrets.yaml"

    @property
    def profiles(self) -> Path:
        return self.path / "config" / "profiles"

    @property
    def env_file(self) -> Path:
        return self.path / ".env"

    @property
    def models(self) -> Path:
        return self.path / "Models"

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def state(self) -> Path:
        return self.data / "state.lmdb"

    @property
    def traces(self) -> Path:
        return self.data / "traces"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def overrides_file(self) -> Path:
        return self.data / "overrides.yaml"

    @property
    def secrets_revisions_file(self) -> Path:
        return self.data / "secrets.seen.json"

    @property
    def data_key_file(self) -> Path:
        return self.data / "seal.json"

    @property
    def last_good_file(self) -> Path:
        return self.data / "config.last-good.json"

    @property
    def instance_file(self) -> Path:
        return self.data / "instance.json"

    def resolve(self, path: str) -> Path:
        """A path as the configuration gives it, `~` included."""
        return self.path / os.path.expanduser(path)


def find_home(given: str | Path | None, environ: Mapping[str, str]) -> Home:
    """The given home, else GERALD_HOME, else the checkout that holds this code, else the current folder."""
    if chosen := given or environ.get("GERALD_HOME"):
        return Home(Path(chosen).expanduser().absolute())
    checkout = PACKAGE.parent
    return Home(checkout if (checkout / "pyproject.toml").is_file() else Path.cwd())


def shown_path(path: Path) -> str:
    """A path as short as a terminal in the current folder can still open it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)
