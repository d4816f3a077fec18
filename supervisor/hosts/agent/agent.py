"""The node agent: runs workers for a home on this machine, and ends them when the home is lost."""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from actors.kernel.errors import MessageError
from actors.kernel.message import decode, encode
from actors.vision.messages import FrameReady
from supervisor.hosts.agent.relay import Prepared, Refused, Relay
from supervisor.hosts.agent.spool import AT_ONCE, Spool
from supervisor.hosts.frames import HostBoot, MalformedFrame
from supervisor.hosts.permissions import PERMISSIONS
from supervisor.nodes.boot import Boot
from supervisor.nodes.link import Link

log = logging.getLogger(__name__)

SPOOL = Path("data") / "hosts" / "spool"
"""Where workers record until the home has it."""

MOST = 32
"""Workers at a time, standby processes among them."""

ENDS_WITHIN = 5.0


class Agent:
    """home: this machine's own folder. code: the version of its code. models: the checksums of its models, by name.
    ahead: how many seconds the home's clock is ahead of this machine's. allowed: the actors that it runs."""

    def __init__(
        self,
        home: Path,
        code: str,
        models: Callable[[], Mapping[str, str]],
        ahead: Callable[[], float] = lambda: 0.0,
        allowed: frozenset[str] = frozenset(PERMISSIONS),
    ) -> None:
        self._home = home
        self._code = code
        self._models = models
        self._ahead = ahead
        self._allowed = allowed
        shutil.rmtree(home / SPOOL, ignore_errors=True)  # what an agent that was killed has left
        self._lock = threading.Lock()
        self._relays: dict[Relay, threading.Thread] = {}
        self._closed = False

    @property
    def relays(self) -> tuple[Relay, ...]:
        """What runs now."""
        with self._lock:
            return tuple(self._relays)

    def serve(self, channel: Link) -> None:
        """Run what the home asks for on this channel, in threads of its own. Never blocks."""
        relay = Relay(channel, self.prepare)
        thread = threading.Thread(target=self._run, args=(relay,), name="channel", daemon=True)
        with self._lock:
            full = self._closed or len(self._relays) >= MOST
            if not full:
                self._relays[relay] = thread
        if full:
            # It is told why, so that it does not ask again.
            why = "this machine leaves" if self._closed else f"{MOST} workers run there already"
            thread = threading.Thread(target=relay.refuse, args=(why,), name="channel", daemon=True)
        thread.start()

    def end_all(self) -> None:
        """End every worker at once: the home is lost. What it asks for later is served again."""
        for relay in self.relays:
            relay.end()

    def close(self) -> None:
        """End every worker, serve nothing more, and wait until all have ended and the home knows how."""
        with self._lock:
            self._closed = True
            threads = tuple(self._relays.values())
        for relay in self.relays:
            relay.stop()
        for thread in threads:
            thread.join(ENDS_WITHIN)
        self.end_all()

    def prepare(self, asked: HostBoot) -> Prepared:
        """What the worker needs here. Raises Refused."""
        boot = asked.boot
        if boot.address.partition("/")[0] not in self._allowed:
            raise Refused(f"{boot.address} does not run on another machine than its home")
        if asked.code != self._code:
            raise Refused("it has other code than the home: bring both to the same version of Gerald")
        if wrong := differing(asked.models, self._models()):
            raise Refused(
                f"its models differ from the home's ({', '.join(wrong[:3])}): run `make setup` on both"
            )
        here = msgspec.structs.replace(boot, home=str(self._home), ahead=self._ahead())
        return _OnThisMachine(here, self._home / SPOOL)

    def _run(self, relay: Relay) -> None:
        try:
            relay.run()
        except Exception:
            log.exception("%s: its channel failed", relay.address or "a worker")
            relay.end()
        finally:
            with self._lock:
                self._relays.pop(relay, None)


def differing(wanted: Mapping[str, str], found: Mapping[str, str]) -> Sequence[str]:
    """The names of the models that the home has and this machine has not, or not alike: pure."""
    return sorted(name for name, checksum in wanted.items() if found.get(name) != checksum)


class _OnThisMachine:
    """A worker's start here, with a ring for the pictures that come to it, if it looks at any."""

    def __init__(self, boot: Boot, spool: Path) -> None:
        self._spool: Spool | None = None
        if boot.trace:
            try:
                self._spool = Spool(spool, boot.address, boot.run, boot.trace)
            except OSError as error:
                log.warning("%s: nothing is recorded: %s", boot.address, error.strerror or error)
            boot = msgspec.structs.replace(boot, trace=self._spool.options if self._spool else {})
        self.boot = boot
        self._ring: Any = None
        self._writer: Any = None
        if boot.frames is not None and "frames" in boot.arguments:
            # Imported here: without pictures, numpy is not loaded.
            from actors.kernel.media.frame_ring import Ring, RingWriter
            from actors.kernel.media.ring_names import new_name

            try:
                self._ring = Ring(new_name(Path(boot.home)), boot.frames.slots, boot.frames.slot_bytes)
            except OSError as error:
                raise Refused(f"there is no room for pictures: {error.strerror or error}") from None
            self._writer = RingWriter(self._ring.address)
            self.boot = msgspec.structs.replace(boot, frames=self._ring.address)

    def taken_picture(self, envelope: bytes, jpeg: bytes) -> bytes:
        if self._writer is None:
            raise MalformedFrame("a picture for an actor that looks at none")
        from actors.kernel.media.frame_ring import NoRoom
        from actors.kernel.media.jpeg import from_jpeg

        try:
            found = decode(envelope)
        except MessageError as error:
            raise MalformedFrame(str(error)) from None
        picture = from_jpeg(jpeg)
        message = found.message
        if picture is None or not isinstance(message, FrameReady):
            raise MalformedFrame("a picture that cannot be read")
        height, width, channels = picture.shape
        try:
            self._writer.write_as(message.generation, picture, message.captured_at)
        except NoRoom as error:
            log.warning("%s: %s", self.boot.address, error)
        seen = msgspec.structs.replace(message, height=height, width=width, channels=channels)
        return encode(msgspec.structs.replace(found, message=seen))

    def recorded(self, most: int = AT_ONCE) -> Iterator[bytes]:
        return self._spool.pieces(most) if self._spool is not None else iter(())

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._ring.close()
        if self._spool is not None:
            self._spool.close()
