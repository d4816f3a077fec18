"""`storage`: where the memory is kept, and how."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from pydantic import Field, model_validator

from config.schema.section import Section, Size, setting

_setting = partial(setting, restarts=("persistence",))


class StoragePolicy(Section):
    """How one domain is kept."""

    backend: Literal["memory", "file", "database"] = _setting(
        "database",
        "memory: written now and then; file: written at each change, whole copies in files of its own; database: "
        "written at each change.",
    )
    ttl: float = _setting(
        0.0,
        "A state that is older when it is loaded has expired; 0 for never. Of memory only.",
        unit="s",
        ge=0.0,
        le=10**9,
    )
    keep: int = _setting(2, "Whole copies that are kept: the newest and those before it.", ge=2, le=100)


def _policy(description: str, **defaults: Any) -> Any:
    return Field(default_factory=lambda: StoragePolicy(**defaults), description=description)


class StoragePolicies(Section):
    """How each domain is kept."""

    conversation: StoragePolicy = _policy("What was said.", backend="memory", ttl=3600.0)
    users: StoragePolicy = _policy("The people Gerald has met.", backend="file")
    world: StoragePolicy = _policy("Where Gerald is, and who is there.", backend="file")
    avatar: StoragePolicy = _policy("Gerald's avatar.", backend="memory", ttl=300.0)
    system: StoragePolicy = _policy("How Gerald works.", backend="database")

    @model_validator(mode="before")
    @classmethod
    def _own_defaults(cls, data: Any) -> Any:
        """What a domain does not say is that domain's own default, not that of domains in general."""
        if not isinstance(data, Mapping):
            return data
        return {
            name: {**dict(cls.model_fields[name].get_default(call_default_factory=True)), **given}
            if name in cls.model_fields and isinstance(given, Mapping)
            else given
            for name, given in data.items()
        }

    def of(self, domain: str) -> StoragePolicy:
        """The policy of a domain; the database by default."""
        found = getattr(self, domain, None)
        return found if isinstance(found, StoragePolicy) else StoragePolicy()


class Storage(Section, key="storage", about="The memory.", place=100):
    """Where the memory lives; paths are relative to the home."""

    domains: StoragePolicies = Field(default_factory=StoragePolicies, description="How each domain is kept.")

    file_path: str = _setting("data/state", "The folder of the states kept in files.", min_length=1)
    database_url: str = _setting(
        "lmdb://data/state.lmdb", "The database: lmdb:// and its folder.", pattern=r"^lmdb://.+$"
    )
    map_size: Size = _setting(
        256 * 2**20, "The first size of the database's map; it grows.", unit="bytes", ge=2**20, le=2**43
    )
    snapshot_interval: float = _setting(
        5.0,
        "How often what is kept in memory is written: at most this much is lost when the process is killed.",
        unit="s",
        gt=0.0,
        le=3600.0,
    )
    snapshot_changes: int = _setting(
        1000, "Changes after which a state is written whole again.", ge=1, le=10_000
    )
    encrypt: bool = _setting(False, "Whether what is kept is encrypted, with the key of the secrets.")
    backup_directory: str = _setting("data/backups", "The folder of the backups.", min_length=1)
    backup_interval: float = _setting(
        86400.0, "How often a backup is made while Gerald runs; 0 for never.", unit="s", ge=0.0, le=10**8
    )
    backup_keep: int = _setting(7, "Backups that are kept.", ge=1, le=1000)
    backup_max_age: float = _setting(
        30 * 86400.0,
        "Backups that are older are removed, but for the newest; 0 for never.",
        unit="s",
        ge=0.0,
        le=10**9,
    )
