"""The avatar's actor: owns what the body feels and does, and makes the gestures that it is asked for."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from actors.avatar.internal import GestureOver
from actors.avatar.messages import (
    GestureRequested,
    GetParameter,
    ParameterIs,
    StopGesture,
    Touched,
    WatchTouches,
)
from actors.avatar.state import (
    AvatarState,
    apply_avatar,
    apply_parameters,
    apply_tracking,
    body,
    crossed_step,
    faults,
    is_tracked,
    parameter,
    touches,
)
from actors.behaviour.messages import BEHAVIOUR
from actors.conversation.messages import CONVERSATION
from actors.kernel.actor import handles
from actors.kernel.state.domain import DomainActor
from actors.osc.messages import OSC_SENDER, AvatarLoaded, ParametersChanged, SetParameter, TrackingChanged
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Interaction
from actors.world.messages import WORLD, BodyAt

EMOTE = "VRCEmote"
# VRChat's default emotes, by the number that the parameter takes.
EMOTES: Mapping[str, int] = MappingProxyType(
    {"wave": 1, "clap": 2, "point": 3, "cheer": 4, "dance": 5, "backflip": 6, "sadness": 7, "die": 8}
)
LASTS = 3.0
# Seconds after which the parameter goes back to 0; else a dance would go on for ever.
LASTS_LONGER: Mapping[str, float] = MappingProxyType({"dance": 8.0, "die": 5.0, "sadness": 5.0})
WATCHERS = 32


@durable("avatar.Avatar", "actors.avatar.avatar:Avatar")
class Avatar(DomainActor[AvatarState]):
    """At `avatar`. Takes VRChat's parameters from `osc.receiver` and sends gestures to `osc.sender`.

    The conversation and the behaviour receive every touch; the world every step and every change of sitting; the
    behaviour every change of what the body can do."""

    domain = "avatar"
    save_delay = 1.0

    def __init__(self) -> None:
        super().__init__(AvatarState())
        self.watchers: tuple[str, ...] = ()
        self._timer = 0

    def validate(self, state: AvatarState, before: AvatarState) -> tuple[str, ...]:
        """Everything is within its bounds, and the body somewhere."""
        return faults(state)

    def restored(self) -> None:
        if self.state.emote:
            self._make(0)

    def merged(self, stored: AvatarState, interim: AvatarState) -> AvatarState:
        """What the body feels now is known better than what it felt."""
        return interim

    @handles
    def on_parameters(self, message: ParametersChanged) -> None:
        began = touches(self.state, message)
        before, stood = self.state.movement_state, body(self.state)
        self.become(apply_parameters(self.state, message, self.wall()))
        if (now := body(self.state)) != stood:
            self.tell(BEHAVIOUR, now)
        for sensor in began:
            touched = Touched(sensor, Interaction("touch", "", sensor, self.wall()))
            for watcher in dict.fromkeys((CONVERSATION, BEHAVIOUR, *self.watchers)):
                self.tell(watcher, touched)
        if before.in_station != self.state.movement_state.in_station and is_tracked(self.state):
            self._tell_position()

    @handles
    def on_tracking(self, message: TrackingChanged) -> None:
        before = self.state
        self.become(apply_tracking(before, message.position, message.rotation))
        if not is_tracked(before) or crossed_step(before.position, self.state.position):
            self._tell_position()

    @handles
    def on_loaded_avatar(self, message: AvatarLoaded) -> None:
        self.become(apply_avatar(self.state, message.avatar_id, self.wall()))

    @handles
    def on_gesture(self, message: GestureRequested) -> None:
        name = message.name.strip().casefold()
        if name in EMOTES:
            self._make(EMOTES[name])
            self._timer = self.after(LASTS_LONGER.get(name, LASTS), GestureOver())

    @handles
    def on_stop_gesture(self, _: StopGesture) -> None:
        if self.state.emote:
            self._make(0)

    @handles
    def on_gesture_over(self, message: GestureOver) -> None:
        self._make(0)

    @handles
    def on_get_parameter(self, message: GetParameter) -> None:
        self.reply(ParameterIs(message.name, parameter(self.state, message.name)))

    @handles
    def on_watch(self, message: WatchTouches) -> None:
        others = tuple(address for address in self.watchers if address != message.address)
        self.watchers = (*others, message.address)[-WATCHERS:] if message.on else others

    def _tell_position(self) -> None:
        seated = self.state.movement_state.in_station
        self.tell(WORLD, BodyAt(self.state.position, self.wall(), seated))

    def _make(self, emote: int) -> None:
        self.cancel(self._timer)
        if emote and self.state.emote == emote:
            # The game begins an emote when the parameter changes: the same one again needs a 0 in between.
            self.tell(OSC_SENDER, SetParameter(EMOTE, 0))
        self.tell(OSC_SENDER, SetParameter(EMOTE, emote))
        self.become(msgspec.structs.replace(self.state, emote=emote))
