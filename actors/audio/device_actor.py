"""The common part of microphone and speaker: a device, and its health."""

from typing import Any, ClassVar

from actors.audio.devices.device_thread import DeviceThread
from actors.audio.internal import DeviceBroke, DeviceChanged, DeviceSlow
from actors.kernel.actor import Actor, handles
from actors.kernel.protocol.lifecycle import Health

_SLOW = 5.0


class DeviceActor(Actor):
    """Keeps one device open from its start to its stop, and tells its health. what: what to call the device."""

    what: ClassVar[str]
    _answered = False
    _kept = False

    def keep(self, thread: DeviceThread[Any]) -> None:
        """Begin: `thread` opens the device."""
        self._thread, self._kept = thread, True
        thread.start()
        self.after(_SLOW, DeviceSlow())

    def on_stop(self) -> None:
        self._thread.stop(2.0)

    def release(self) -> None:
        """A successor need not wait."""
        if self._kept:
            self._thread.leave()

    @handles
    def on_device(self, change: DeviceChanged) -> None:
        self._answered = True
        self.healthy(change)

    def healthy(self, change: DeviceChanged) -> None:
        """Tell how the device is; an actor that has more to say of itself adds it here."""
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
