"""What can be saved of a database's file without the database: every record carries its own sum, and is found by its
mark wherever it lies. Older states lie there too, until their pages are used again; the newest version wins anyway.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from actors.kernel.protocol import Version
from actors.persistence.chain import Snapshot, assembled
from actors.persistence.record import Kind, Record, scan
from actors.persistence.sealing import Sealing
from actors.persistence.trouble import store_error

__all__ = ["Saved", "of_domain", "records"]

DATA = "data.mdb"


class Saved(msgspec.Struct, frozen=True):
    """Whole copies, and changes in no order."""

    snapshots: tuple[Snapshot, ...]
    changes: tuple[Record, ...]


def records(path: Path) -> tuple[Record, ...]:
    """Every whole record in the file of the database at `path`. Raises StoreError."""
    try:
        return tuple(scan((path / DATA).read_bytes()))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise store_error(path, "salvaging", error) from error


def of_domain(path: Path, domain: str, sealing: Sealing) -> Saved:
    """What there is of one domain. Raises StoreError."""
    return sorted_out([sealing.opened(record) for record in records(path) if record.domain == domain])


def sorted_out(found: Iterable[Record]) -> Saved:
    """Copies put together from their parts, and changes."""
    parts: dict[tuple[str, Version, int], dict[int, Record]] = defaultdict(dict)
    changes: dict[tuple[str, Version, Version], Record] = {}
    for record in found:
        if record.kind == Kind.PART:
            parts[record.domain, record.version, record.parts][record.part] = record
        elif record.kind == Kind.CHANGE:
            changes[record.domain, record.version, record.base] = record
    snapshots = (assembled(of_one.values()) for of_one in parts.values())
    return Saved(tuple(s for s in snapshots if s is not None), tuple(changes.values()))
