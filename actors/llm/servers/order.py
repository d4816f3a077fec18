"""Which server answers: the first healthy one in the owner's order, the embedded model last. Plain bookkeeping."""

from collections.abc import Iterator

import msgspec

from actors.llm.messages import LocalModelReady, LocalModelUnavailable
from actors.llm.servers.providers import Provider, Server, limits, local_endpoint
from actors.vocabulary.backoff import Backoff
from actors.vocabulary.type_names import durable
from config.schema import Llm

REST = Backoff(
    5.0, 300.0
)  # seconds until a server that failed is tried again, without anybody waiting for it
# What went wrong with one reply, and says nothing about the next.
PASSING = frozenset({"empty_reply", "tool_call", "moderated"})
LOCAL = "the embedded model"


@durable("llm.Rest")
class Rest(msgspec.Struct, frozen=True):
    """A server that is left alone until `until` (monotonic seconds). why: one line with the remedy.

    deferred: it is tried again as soon as somebody talks."""

    until: float
    failures: int
    why: str
    deferred: bool = False


@durable("llm.ServerOrder")
class ServerOrder:
    """provider: who may be asked. local: where the embedded model is; no_local: why there is none.

    stands_in: the conversation was told that the embedded model answers instead of the list."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.local: LocalModelReady | None = None
        self.no_local: LocalModelUnavailable | None = None
        self.stands_in = False
        self._rests: dict[str, Rest] = {}

    def change(self, provider: Provider) -> None:
        """Other servers from now on; what is known of those that stay is kept."""
        if not (self.provider.uses_local and provider.uses_local):
            # It is started again when it is needed now, and then tells where it is.
            self.local = self.no_local = None
        self.provider = provider
        kept = {server.key for server in provider.servers}
        self._rests = {key: rest for key, rest in self._rests.items() if key in kept}

    @property
    def awaits_local(self) -> bool:
        """Whether the embedded model is still to report."""
        return self.provider.uses_local and self.local is None and self.no_local is None

    def next(self, llm: Llm, tried: tuple[str, ...] = ()) -> Server | None:
        """Who is to be asked, leaving those out that were `tried`; None: nobody, or nobody yet.

        Where nothing healthy is left and there is no embedded model, a resting server is better than none."""
        if (server := self.first("talk", tried)) is not None:
            return server
        if self.local is not None and LOCAL not in tried:
            return Server(LOCAL, local_endpoint(llm, self.local), limits(llm))
        if self.awaits_local and LOCAL not in tried:
            return None
        return next((one for one in self._with("talk") if one.key not in tried), None)

    @property
    def only_embedded_left(self) -> bool:
        """Whether there is a list, none of it is to be asked now, and the embedded model comes after it."""
        return self.provider.is_list and self.no_local is None and self.first("talk") is None

    def first(self, role: str, tried: tuple[str, ...] = ()) -> Server | None:
        """The first healthy server with this role."""
        healthy = (one for one in self._with(role) if one.key not in self._rests)
        return next((one for one in healthy if one.key not in tried), None)

    def rest(self, server: Server, why: str, now: float, retry_after: float = 0.0) -> float:
        """It failed: leave it alone for so many seconds, which are returned."""
        before = self._rests.get(server.key)
        failures = before.failures + 1 if before is not None else 1
        seconds = min(max(REST.pause(failures), retry_after), REST.max)
        self._rests[server.key] = Rest(now + seconds, failures, why)
        return seconds

    def recover(self, key: str) -> None:
        """It answers."""
        self._rests.pop(key, None)

    def to_probe(self, key: str, now: float) -> Server | None:
        """The server if its rest is over by `now`, and nothing was heard of it since."""
        rest = self._rests.get(key)
        if rest is None or now < rest.until:
            return None
        return next((one for one in self.provider.servers if one.key == key), None)

    def defer(self, key: str) -> None:
        """Try it again when somebody talks, and not before."""
        self._rests[key] = msgspec.structs.replace(self._rests[key], deferred=True)

    def deferred(self) -> tuple[str, ...]:
        """Those that were deferred, each once."""
        found = tuple(key for key, rest in self._rests.items() if rest.deferred)
        for key in found:
            self._rests[key] = msgspec.structs.replace(self._rests[key], deferred=False)
        return found

    def why_not_first(self) -> str:
        """Why the first server does not answer, with the remedy; "" where it does."""
        first = next(self._with("talk"), None)
        rest = self._rests.get(first.key) if first is not None else None
        return rest.why if rest is not None else ""

    def _with(self, role: str) -> Iterator[Server]:
        return (one for one in self.provider.servers if role in one.roles)
