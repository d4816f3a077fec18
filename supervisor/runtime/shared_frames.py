"""The ring of pictures in shared memory that an instance's actors read and write."""

from pathlib import Path
from typing import TYPE_CHECKING

from actors.kernel.media.frames import RingAddress
from config.schema import Config
from supervisor.otp.spec import SupervisorSpec, walk

if TYPE_CHECKING:
    from actors.kernel.media.frame_ring import Ring


class SharedFrames:
    """One ring, made when an actor needs it. address: how to open it; None before."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.address: RingAddress | None = None
        self._ring: Ring | None = None

    def provide(self, root: SupervisorSpec, config: Config) -> None:
        """Make the ring if an actor below `root` uses pictures and there is none yet."""
        uses = any("frames" in child.arguments and not child.disabled_reason for child in walk(root))
        if self._ring is not None or not uses:
            return
        # Imported here: without pictures, numpy is not loaded.
        from actors.kernel.media.frame_ring import Ring
        from actors.kernel.media.ring_names import new_name
        from actors.vision.size import ring_size

        self._ring = Ring(new_name(self._home), *ring_size(config.computer_vision))
        self.address = self._ring.address

    def close(self) -> None:
        """Free the memory."""
        if self._ring is not None:
            self._ring.close()
