"""What two homes cannot both have: ports, and places of their data. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from config.files import located
from config.schema import Config

ANY = frozenset(("0.0.0.0", "::", ""))
LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


class Claim(msgspec.Struct, frozen=True):
    """Something that only one process can have. setting: the key that decides. host: "" for what is no address."""

    setting: str
    kind: str
    what: str
    host: str = ""

    def excludes(self, other: "Claim") -> bool:
        if (self.kind, self.what) != (other.kind, other.what):
            return False
        hosts = {"loopback" if host in LOOPBACK else host for host in (self.host, other.host)}
        return len(hosts) == 1 or bool(hosts & ANY)


class Collision(msgspec.Struct, frozen=True):
    """`later` cannot have what `first` has: they are names of homes."""

    first: str
    later: str
    claim: Claim

    def __str__(self) -> str:
        return f"{self.claim.setting} is {self.claim.what}, which {self.first} has"


def claims(config: Config, home: Path, *, safe: bool = False) -> Iterator[Claim]:
    """What an instance with this configuration takes for itself."""
    if config.osc.input_port and not safe:
        yield Claim("osc.input_port", "udp", str(config.osc.input_port), config.osc.input_host)
    if config.page.enabled and config.page.port:
        yield Claim("page.port", "tcp", str(config.page.port), config.page.host)
    if not safe:
        yield Claim("osc.output_port", "game", str(config.osc.output_port), config.osc.output_host)
    places = {
        "storage.database_url": config.storage.database_url.removeprefix("lmdb://"),
        "storage.backup_directory": config.storage.backup_directory,
        **({"trace.directory": config.trace.directory} if config.trace.enabled else {}),
    }
    for setting, place in places.items():
        yield Claim(setting, "folder", str(located(home, place).resolve()))


def collisions(claimed: Sequence[tuple[str, Iterable[Claim]]]) -> tuple[Collision, ...]:
    """What the later of two homes cannot have. claimed: by name, in the order in which they are started."""
    taken: dict[tuple[str, str], list[tuple[str, Claim]]] = {}
    found = []
    for name, wanted in claimed:
        for claim in wanted:
            others = taken.setdefault((claim.kind, claim.what), [])
            first = next(
                (owner for owner, theirs in others if owner != name and theirs.excludes(claim)), None
            )
            if first is not None:
                found.append(Collision(first, name, claim))
            else:
                others.append((name, claim))
    return tuple(found)
