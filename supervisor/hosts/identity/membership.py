"""What a host knows of the home that it joined: `data/hosts/agent/home.json`, beside its identity."""

from pathlib import Path

import msgspec

from config.files import read_limited, write_private
from config.ownership import trouble
from supervisor.hosts.identity.identity import NoIdentity

LARGEST = 64 << 10
MOST_ADDRESSES = 8


class Membership(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """addresses: where the home may be reached, as `192.0.2.7:7447`, the one that worked first. since: when this
    machine joined, epoch seconds."""

    addresses: tuple[str, ...]
    since: float = 0.0
    schema: int = 1


def membership_of(folder: Path) -> Membership:
    """folder: where the host has its identity. Raises NoIdentity."""
    file = folder / "home.json"
    try:
        found = msgspec.json.decode(read_limited(file, LARGEST), type=Membership)
    except FileNotFoundError:
        raise NoIdentity(f"there is no {file}; `supervisor host join CODE` makes it") from None
    except OSError as error:
        raise NoIdentity(trouble(error, file)) from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise NoIdentity(f"{file} is damaged; remove {folder}, and join again") from None
    if found.schema != 1 or not 0 < len(found.addresses) <= MOST_ADDRESSES:
        raise NoIdentity(f"{file} is of another Gerald or damaged; remove {folder}, and join again")
    return found


def write_membership(folder: Path, membership: Membership) -> None:
    """Raises OSError."""
    write_private(folder / "home.json", msgspec.json.format(msgspec.json.encode(membership)) + b"\n")
