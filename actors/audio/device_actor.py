"""What the microphone and the speaker have in common: a device, and what is said of it."""

from typing import Any, ClassVar

from actors.audio.internal import DeviceBroke, DeviceChanged, DeviceSlow
from actors.audio.open_device import Keeper
from actors.kernel.actor import Actor, handles
from actors.kernel.protocol.lifecycle import Health

_SLOW = 5.0


class DeviceActor(Actor):
    """Keeps one device open from its start to its stop, and tells its health. what: what to call the device."""

    what: ClassVar[str]
    _answered = False

    def keep(self, keeper: Keeper[Any]) -> None:
        """Begin: `keeper` opens the device, on its own thread."""
        self._keeper = keeper
        keeper.start()
        self.after(_SLOW, DeviceSlow())

    def on_stop(self) -> None:
        self._keeper.stop(2.0)

    @handles
    def on_device(self, change: DeviceChanged) -> None:
        self._answered = True
        self.health(change.health, change.reason, change.remedy)

    @handles
    def on_broke(self, message: DeviceBroke) -> None:
        raise RuntimeError(f"the device's thread failed: {message.why}")

    @handles
    def on_slow(self, _: DeviceSlow) -> None:
        if not self._answered:
            self.health(
                Health.DEGRADED,
                f"the {self.what} could not be opened within {_SLOW:g} s",
                "Check that the device answers other programs, or restart the bot.",
            )
