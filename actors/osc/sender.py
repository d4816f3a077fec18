"""The actor that acts in VRChat: it owns the chatbox, the typing indicator, the inputs and writes to the avatar.

Whatever it holds is released: by time-out, on cancel, at stop, and at the next start after a crash."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from actors.kernel.actor import Actor, handles
from actors.kernel.errors import SectionsUnfit
from actors.kernel.protocol.lifecycle import Health
from actors.osc import chatbox, inputs, parameters
from actors.osc.chatbox import Chatbox
from actors.osc.chatbox_watch import ChatboxWatch
from actors.osc.fitting import KnownAvatar, NotWritten, fitted
from actors.osc.held_writes import PATIENCE, HeldWrites
from actors.osc.internal import (
    ChatboxDue,
    FindHost,
    HostFound,
    InputExpired,
    ListLate,
    RestAgain,
    TypingExpired,
)
from actors.osc.messages import (
    OSC_GAME,
    AvatarKnown,
    ChatboxText,
    GetSendStatistics,
    SendStatistics,
    SetInput,
    SetParameter,
    TellAvatar,
    Typing,
    WatchChatbox,
    ZeroInputs,
)
from actors.osc.refused_writes import RefusedWrites
from actors.osc.wire import Value, Wire, is_address, look_up
from actors.speech.messages import Cancel
from actors.system.messages import SYSTEM, StageReached
from config.schema import Osc

TYPING_LIMIT = 30.0  # seconds after which a forgotten typing indicator goes off
FIND_HOST_AGAIN = 30.0
REST_AGAIN = 1.0
log = logging.getLogger(__name__)


class Sender(Actor):
    """Sends to osc.output_host:osc.output_port; UDP does not tell whether anybody listens. wiring: opens the socket."""

    def __init__(self, osc: Osc, wiring: Callable[[str, int], Wire] = Wire) -> None:
        self._osc = osc
        self._wiring = wiring
        self._wire: Wire | None = None
        self._prepared: Wire | None = None
        self._is_well = True
        self._chatbox = Chatbox()
        self._chatbox_watch = ChatboxWatch()
        self._chatbox_timer = 0
        self._shown_turn = 0
        self._typing_timer = 0
        self._held: dict[str, tuple[int, int]] = {}  # by input: the press, and the timer that lets go of it
        self._presses = 0
        self._owes_rest = False
        self._avatar = KnownAvatar()
        self._refused = RefusedWrites()
        self._writes = HeldWrites()
        self._answerable = 0
        self._said = ""

    def on_start(self) -> None:
        self.tell(OSC_GAME, TellAvatar())
        host = self._osc.output_host
        if is_address(host):
            self._connect(host)
        else:
            self.on_find_host(FindHost())

    def on_stop(self) -> None:
        self._rest()
        self._disconnect()

    def release(self) -> None:
        self._disconnect()
        self.abort()

    def prepare(self, sections: Mapping[str, Any]) -> None:
        osc: Osc = sections["osc"]
        self.abort()
        if not self._moves(osc) or not is_address(osc.output_host):
            return
        try:
            self._prepared = self._wiring(osc.output_host, osc.output_port)
        except OSError as error:
            why = f"osc.output_host: {osc.output_host} cannot be sent to: {error.strerror or error}"
            raise SectionsUnfit(why) from None

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """What is held is let go at the old place before anything goes to the new one."""
        moves, self._osc = self._moves(sections["osc"]), sections["osc"]
        if moves:
            self.on_stop()
            self._wire, self._prepared = self._prepared, None
            self._is_well = True
            if self._wire is None:
                self.on_start()
            else:
                self._rest()
                self._report_well(again=True)
        return True

    def abort(self) -> None:
        if self._prepared is not None:
            self._prepared.close()
            self._prepared = None

    def _disconnect(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _moves(self, osc: Osc) -> bool:
        return (osc.output_host, osc.output_port) != (self._osc.output_host, self._osc.output_port)

    # -- where to

    @handles
    def on_find_host(self, _: FindHost) -> None:
        threading.Thread(target=self._find, name="osc-host", daemon=True).start()

    @handles
    def on_host_found(self, message: HostFound) -> None:
        if message.ip and self._wire is None:
            self._connect(message.ip)
        elif not message.ip:
            reason = f"osc.output_host {self._osc.output_host!r} is not found: {message.why}"
            self._unwell(reason, "write the IP address of VRChat's machine there")
            self.after(FIND_HOST_AGAIN, FindHost())

    # -- chatbox

    @handles
    def on_text(self, message: ChatboxText) -> None:
        self._chatbox = chatbox.write(self._chatbox, message.turn, message.text, self.now())
        self._send_due_text()

    @handles
    def on_chatbox_due(self, _: ChatboxDue) -> None:
        self._chatbox_timer = 0
        self._send_due_text()

    @handles
    def on_cancel(self, message: Cancel) -> None:
        self._chatbox = chatbox.cancel(self._chatbox, message.turn)
        self._show_typing(False)

    @handles
    def on_watch(self, message: WatchChatbox) -> None:
        self._chatbox_watch.watch(message.address, on=message.on)
        if message.on:
            self.tell(message.address, self._chatbox_watch.shown)

    @handles
    def on_typing(self, message: Typing) -> None:
        self._show_typing(message.on)

    @handles
    def on_typing_expired(self, _: TypingExpired) -> None:
        self._show_typing(False)

    # -- inputs and parameters

    @handles
    def on_set_input(self, message: SetInput) -> None:
        name = message.name
        value = inputs.clamped(name, message.value)
        if value is None:
            log.warning(
                "input %.60r is unknown, or cannot be %r; see actors/osc/inputs.py", name, message.value
            )
            return
        if name in self._held and name in inputs.BUTTONS:
            self._send(*inputs.zero(name))
        sent = self._send(inputs.PREFIX + name, value)
        if sent and name in inputs.AXES:
            # Datagrams get lost; the same deflection again changes nothing.
            self._send(inputs.PREFIX + name, value)
        if value and sent:
            self._answerable += name in inputs.ANSWERED
            self._hold(name, inputs.hold_time(message.seconds))
        elif not value:
            self._held.pop(name, None)

    def _hold(self, name: str, seconds: float) -> None:
        _, timer = self._held.get(name, (0, 0))
        self.cancel(timer)
        self._presses += 1
        self._held[name] = self._presses, self.after(seconds, InputExpired(name, self._presses))

    @handles
    def on_input_expired(self, message: InputExpired) -> None:
        press, _ = self._held.get(message.name, (0, 0))
        if press == message.press:
            del self._held[message.name]
            self._send(*inputs.zero(message.name))

    @handles
    def on_set_parameter(self, message: SetParameter) -> None:
        if self._writes.waits:
            self._writes = self._writes.with_write(message.name, message.value)
        else:
            self._write(message.name, message.value)

    def _write(self, wanted: str, value: bool | int | float) -> None:
        try:
            name, value = fitted(self._avatar, wanted, value)
        except NotWritten as refusal:
            self._refuse(wanted, refusal)
        else:
            self._answerable += self._send(parameters.PREFIX + name, value)

    def _refuse(self, name: str, refusal: NotWritten) -> None:
        before, self._refused = self._refused, self._refused.again(name, refusal.why)
        if self._refused.names != before.names:  # once for each: whoever asks for it asks again and again
            log.warning("the avatar parameter %.60r is not written: %s", name, refusal)
        self._report_well()

    @handles
    def on_avatar_known(self, message: AvatarKnown) -> None:
        known = {one.name: one for one in message.parameters}
        is_new = message.avatar_id != self._avatar.avatar_id
        self._avatar = KnownAvatar(message.avatar_id, known, message.is_whole)
        if is_new:
            self._refused = self._refused.elsewhere()
            # What was to be written to the avatar before is dropped with it.
            self._writes = HeldWrites(waits=bool(message.avatar_id))
            self.after(PATIENCE, ListLate(message.avatar_id))
        if known:
            self._write_held()
        self._report_well()

    @handles
    def on_list_late(self, message: ListLate) -> None:
        if message.avatar_id == self._avatar.avatar_id:
            self._write_held()

    def _write_held(self) -> None:
        held, self._writes = self._writes, HeldWrites()
        for name, value in held.values.items():
            self._write(name, value)

    @handles
    def on_get_statistics(self, _: GetSendStatistics) -> None:
        self.reply(SendStatistics(self._answerable, self._refused.counts))

    @handles
    def on_zero_inputs(self, _: ZeroInputs) -> None:
        self._rest()

    @handles
    def on_rest_again(self, _: RestAgain) -> None:
        self._owes_rest = False
        for address, value in inputs.resting():
            held = (
                bool(self._typing_timer)
                if address == inputs.TYPING
                else address.removeprefix(inputs.PREFIX) in self._held
            )
            if not (held or self._owes_rest):
                self._send(address, value)

    # -- inside

    def _send_due_text(self) -> None:
        self._chatbox, text = chatbox.next_text(self._chatbox, self.now())
        if text is not None and self._send("/chatbox/input", text.text, True, False):
            self._chatbox_watch.sent(text.turn, text.text, self.wall())
        if text is not None and text.turn > self._shown_turn:
            self._shown_turn = text.turn
            waited = self.now() - text.since
            self.tell(SYSTEM, StageReached(text.turn, "chatbox", self.wall(), waited))
        wait = chatbox.due_in(self._chatbox, self.now())
        if wait is not None and not self._chatbox_timer:
            self._chatbox_timer = self.after(wait, ChatboxDue())
        self._tell_chatbox(changed=text is not None)

    def _tell_chatbox(self, *, changed: bool = False) -> None:
        waiting = len(self._chatbox.waiting)
        typing = bool(self._typing_timer)
        for watcher in self._chatbox_watch.due(typing=typing, waiting=waiting, changed=changed):
            self.tell(watcher, self._chatbox_watch.shown)

    def _show_typing(self, on: bool) -> None:
        was_on, self._typing_timer = self._typing_timer, 0
        if was_on:
            self.cancel(was_on)
        if on:
            self._typing_timer = self.after(TYPING_LIMIT, TypingExpired())
        self._send(inputs.TYPING, on)
        self._tell_chatbox()

    def _rest(self) -> None:
        for name in self._held:
            self._send(*inputs.zero(name))
        self._held.clear()
        for address, value in inputs.resting():
            self._send(address, value)

    def _find(self) -> None:
        try:
            self.post(HostFound(look_up(self._osc.output_host)))
        except OSError as error:
            self.post(HostFound("", error.strerror or str(error)))

    def _connect(self, ip: str) -> None:
        self._wire = self._wiring(ip, self._osc.output_port)
        # What an incarnation before this one was holding when it crashed is still held.
        self._rest()
        self._report_well(again=True)

    def _send(self, address: str, *values: Value) -> bool:
        """False when it has not been sent."""
        if self._wire is None:
            return False
        try:
            self._wire.send(address, *values)
        except OSError as error:
            where = f"{self._osc.output_host}:{self._osc.output_port}"
            self._unwell(
                f"cannot send to VRChat at {where}: {error.strerror or error}",
                "check osc.output_host and this machine's network",
            )
            if (address.startswith(inputs.PREFIX) or address == inputs.TYPING) and not values[0]:
                self._owe_rest()
            return False
        if not self._is_well:
            self._is_well = True
            self._report_well(again=True)
        return True

    def _owe_rest(self) -> None:
        """Something is still held in the game: try again to release it."""
        if not self._owes_rest:
            self._owes_rest = True
            self.after(REST_AGAIN, RestAgain())

    def _report_well(self, *, again: bool = False) -> None:
        """Say what was refused of late. again: it is well again, whatever is to be said."""
        reason = self._refused.reason
        if self._is_well and (again or reason != self._said):
            self._said = reason
            self.health(Health.OK, reason, "`supervisor avatar` lists what the avatar has" if reason else "")

    def _unwell(self, reason: str, remedy: str) -> None:
        if self._is_well:
            self._is_well = False
            self.health(Health.DEGRADED, reason, remedy)
