"""Keeps a device open, on a thread of its own: opens it, watches it, opens it again with back-off.

A device belongs to the address, not to the incarnation: a successor waits until the predecessor's device is closed."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from actors.audio.devices.device import AudioDevice, DeviceMissing
from actors.audio.internal import DeviceBroke, DeviceChanged
from actors.kernel.protocol.lifecycle import Health
from actors.kernel.resource import Resources
from actors.vocabulary.backoff import Backoff

D = TypeVar("D", bound=AudioDevice)

_SILENT = 2.0  # a PortAudio stream calls back a hundred times a second, also when nothing is played
_PROVEN = 10.0  # a device that worked this long is tried again at once when it fails
_BACKOFF = Backoff(0.5, 4.0)  # who plugs a device in again does not wait long
_TURN = 0.5  # seconds after which the device is looked at, and whether a successor has taken it over

# The right to have a device open, by address: the device itself is the thread's own.
_devices: Resources[str, None] = Resources()


@dataclass(eq=False)
class DeviceThread(Generic[D]):
    """The thread behind an audio actor. It runs all of these functions:

    opening: opens the device, or raises DeviceMissing. use: starts it. spare: opens what replaces a missing device.
    work: does the actor's other work, for at most the given seconds. report: receives each change.
    rouse: lets `work` return soon, from any thread; without it a stop waits for the end of a turn."""

    address: str
    what: str
    opening: Callable[[], D]
    use: Callable[[D], None]
    work: Callable[[float], None]
    report: Callable[[DeviceChanged | DeviceBroke], None]
    spare: Callable[[], D] | None = None
    rouse: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._spare_device: D | None = None
        self._reported: DeviceChanged | None = None
        self._told_to_stop = False
        self._reopen = False
        self._thread = threading.Thread(target=self._run, name=f"{self.address} device", daemon=True)

    def start(self) -> None:
        """Take over the address, and begin."""
        self._right = _devices.take(self.address, self, lambda: None)
        self._thread.start()

    def reopen(self) -> None:
        """Close the device, and open what `opening` opens now; soon, and without waiting."""
        self._reopen = True
        self.rouse()

    def leave(self) -> None:
        """Close the device soon, without waiting for it."""
        self._told_to_stop = True
        self.rouse()

    def stop(self, timeout: float) -> bool:
        """Close the device; False when that takes longer than `timeout` seconds."""
        self.leave()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def _stopping(self) -> bool:
        return self._told_to_stop or not self._right.is_owned_by(self)

    def _run(self) -> None:
        try:
            if self._await_predecessor():
                try:
                    self._keep_open()
                finally:
                    self._take_spare()
                    self._right.end_use()
        except Exception as error:  # the actor dies of it, by its own handler
            self.report(DeviceBroke(f"{type(error).__name__}: {error}"))
        finally:
            _devices.leave(self.address, self)

    def _keep_open(self) -> None:
        failures = 0
        while not self._stopping:
            if self._reopen:
                self._reopen, failures = False, 0
            try:
                device = self.opening()
            except DeviceMissing as missing:
                failures += 1
                self._report(Health.DOWN, f"the {self.what} is missing: {missing}", missing.remedy)
                self._put_spare()
                self._work_for(_BACKOFF.pause(failures) if missing.retry else float("inf"))
                continue
            self._take_spare()
            since = time.monotonic()
            self._keep(device)
            failures = 0 if time.monotonic() - since > _PROVEN else failures + 1
            self._work_for(_BACKOFF.pause(failures))

    def _await_predecessor(self) -> bool:
        """Whether the device may be opened now; False when a successor came, or a stop, before it could be."""
        while not self._right.begin_use(self, _SILENT):
            if self._stopping:
                return False
            self._report(
                Health.DEGRADED,
                f"the {self.what} hangs: its driver does not return",
                "Unplug the device and plug it in again, or restart the bot.",
            )
        return True

    def _keep(self, device: D) -> None:
        try:
            self.use(device)
            self._report(Health.OK)
            while not (self._stopping or self._reopen) and device.idle() < _SILENT:
                self.work(_TURN)
        except DeviceMissing as missing:
            self._report(Health.DEGRADED, f"the {self.what} failed: {missing}", missing.remedy)
        else:
            if not (self._stopping or self._reopen):
                self._report(
                    Health.DEGRADED,
                    f"the {self.what} does not respond and is opened again",
                    "Check that the device is plugged in and not taken by another program.",
                )
        finally:
            device.close()

    def _work_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not (self._stopping or self._reopen) and (left := end - time.monotonic()) > 0:
            self.work(min(left, _TURN))

    def _put_spare(self) -> None:
        if self.spare is not None and self._spare_device is None:
            self._spare_device = self.spare()
            self.use(self._spare_device)

    def _take_spare(self) -> None:
        if self._spare_device is not None:
            self._spare_device.close()
            self._spare_device = None

    def _report(self, health: Health, reason: str = "", remedy: str = "") -> None:
        change = DeviceChanged(health, reason, remedy)
        if change != self._reported:
            self._reported = change
            self.report(change)
