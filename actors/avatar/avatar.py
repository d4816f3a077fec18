"""The avatar's actor: owns what the body feels and does, and makes the gestures that it is asked for."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from actors.avatar.internal import GestureOver, ReckonDue
from actors.avatar.messages import (
    GestureRequested,
    GetParameter,
    GetParameters,
    ParameterIs,
    ParametersAre,
    Steered,
    StopGesture,
    TellBody,
    Touched,
    WatchBody,
    WatchTouches,
)
from actors.avatar.reckoning import HOLDS, wrapped
from actors.avatar.response import Response, believed, heard, missed, pressed, presumed
from actors.avatar.state import (
    FELT,
    AvatarState,
    MovementState,
    apply_avatar,
    apply_change,
    apply_parameters,
    apply_rest,
    apply_start,
    apply_time,
    apply_tracking,
    apply_turned,
    apply_turning,
    body,
    body_moved,
    crossed_step,
    faults,
    felt,
    is_located,
    is_under_way,
    parameter,
    parameters,
    touches,
)
from actors.behaviour.messages import BEHAVIOUR, VisitBegan
from actors.conversation.messages import CONVERSATION
from actors.kernel.actor import handles
from actors.kernel.state.domain import DomainActor
from actors.osc.messages import OSC_SENDER, AvatarLoaded, ParametersChanged, SetParameter, TrackingChanged
from actors.vocabulary.type_names import durable
from actors.world.messages import WORLD, BodyAt

EMOTE = "VRCEmote"
# VRChat's default emotes, by the number that the parameter takes.
EMOTES: Mapping[str, int] = MappingProxyType(
    {"wave": 1, "clap": 2, "point": 3, "cheer": 4, "dance": 5, "backflip": 6, "sadness": 7, "die": 8}
)
TURN = 10.0  # degrees of turning of which the world hears
LASTS = 3.0
# Seconds after which the parameter goes back to 0; else a dance would go on for ever.
LASTS_LONGER: Mapping[str, float] = MappingProxyType({"dance": 8.0, "die": 5.0, "sadness": 5.0})
WATCHERS = 32
POSE_LASTS = 1.0  # seconds after which the position is reckoned where the game tells no pose any more
RECKON_EVERY = 0.25
LATEST = 1.0  # seconds by which what is told may be late, and is reckoned from when it came
FRAME = 1.0 / 30.0  # seconds of the game, or about so
# Seconds after an axis was let go of, and without word of it, after which the body is taken to rest: it got lost.
RESTS, QUIET = 0.7, 0.3


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
        self._reckon_timer = 0
        # Monotonic seconds: until when the position is reckoned; what it is reckoned by was heard, and the pose; until
        # when somebody is told of it, and who.
        self._reckoned_to = self._felt_at = self._posed_at = self._watched_until = 0.0
        self._watched_by = ""
        # When the movement let go of walking and of turning, None while it presses them or never did; and when a
        # parameter of each was heard last.
        self._let_go: dict[str, float] = {}
        self._heard: dict[str, float] = {}
        self._response = Response()
        self._told_yaw = 0.0  # where the world was last told that the body looks, in degrees

    def validate(self, state: AvatarState, before: AvatarState) -> tuple[str, ...]:
        """Everything is within its bounds, and the body somewhere."""
        return faults(state)

    def restored(self) -> None:
        if self.state.emote:
            self._make(0)
        if self.state.reckoning.reckoned:
            # Nobody felt how the body moved meanwhile.
            self._locate(apply_start(self.state, self.wall()))

    def merged(self, stored: AvatarState, interim: AvatarState) -> AvatarState:
        """What the body feels now is known better than what it felt."""
        return interim

    @handles
    def on_parameters(self, message: ParametersChanged) -> None:
        began = touches(self.state, message)
        late = min(LATEST, max(0.0, self.wall() - message.at)) if message.at else 0.0
        self._presume()
        self._elapse()
        self._rest()
        if "AngularY" in message.values:
            self._hear_turn(float(message.values["AngularY"]), self.now() - late)
        before, stood = self.state.movement_state, body(self.state)
        self.become(apply_parameters(self.state, message, self.wall()))
        self._overtake(before, late)
        if (now := body(self.state)) != stood:
            self.tell(BEHAVIOUR, now)
        for sensor in began:
            touched = Touched(sensor, felt(message, sensor, self.wall()))
            for watcher in dict.fromkeys((CONVERSATION, BEHAVIOUR, *self.watchers)):
                self.tell(watcher, touched)
        if not FELT.isdisjoint(message.values):
            self._feel(
                turns="AngularY" in message.values, walks=bool(FELT & message.values.keys() - {"AngularY"})
            )
        if before.in_station != self.state.movement_state.in_station and is_located(self.state):
            self._tell_position()

    @handles
    def on_tracking(self, message: TrackingChanged) -> None:
        self._posed_at = self._reckoned_to = self.now()
        self._locate(apply_tracking(self.state, message.position, message.rotation))

    @handles
    def on_reckon(self, _: ReckonDue) -> None:
        self._presume()
        self._elapse()
        self._rest()
        self._reckon_later()

    @handles
    def on_steered(self, message: Steered) -> None:
        self._presume()
        self._response = pressed(self._response, message.deflection, self.now())
        for what, is_pressed in (("walks", message.walks), ("turns", message.turns)):
            if is_pressed:
                self._let_go.pop(what, None)
            else:
                self._let_go.setdefault(what, self.now())

    @handles
    def on_visit(self, message: VisitBegan) -> None:
        """Where the game does not tell, nobody knows where the bot is in the new world."""
        if self.state.reckoning.reckoned:
            self._locate(apply_start(self.state, message.at))

    @handles
    def on_watch_body(self, message: WatchBody) -> None:
        self._watched_by, self._watched_until = self.sender(), self.now() + message.seconds
        self._elapse()
        self._tell_watcher()

    @handles
    def on_loaded_avatar(self, message: AvatarLoaded) -> None:
        before = body(self.state)
        self.become(apply_avatar(self.state, message.avatar_id, self.wall()))
        if (now := body(self.state)) != before:
            self.tell(BEHAVIOUR, now)

    @handles
    def on_tell_body(self, _: TellBody) -> None:
        self.tell(self.sender(), body(self.state))

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
    def on_get_parameters(self, _: GetParameters) -> None:
        self.reply(ParametersAre(parameters(self.state), self.state.avatar_id))

    @handles
    def on_watch(self, message: WatchTouches) -> None:
        others = tuple(address for address in self.watchers if address != message.address)
        self.watchers = (*others, message.address)[-WATCHERS:] if message.on else others

    def _feel(self, *, turns: bool, walks: bool) -> None:
        """Something was heard of how the body moves."""
        self._heard |= {what: self.now() for what, told in (("turns", turns), ("walks", walks)) if told}
        if not is_located(self.state):
            self._locate(apply_start(self.state, self.wall()))
        self._felt_at = self.now()
        self._reckon_later()
        self._tell_watcher()

    def _rest(self) -> None:
        """Of what the movement has let go of the game says when it has come to rest, unless that got lost."""
        now = self.now()
        rests = {
            what: now - at - QUIET
            for what, at in self._let_go.items()
            if now - at > RESTS and now - self._heard.get(what, 0.0) > QUIET
        }
        for what in rests:
            del self._let_go[what]
        if rests:
            walked, turned = rests.get("walks"), rests.get("turns")
            self._locate(apply_rest(self.state, walked=walked, turned=turned, at=self.wall()))

    def _overtake(self, before: MovementState, late: float) -> None:
        """The body has moved as it does now for `late` seconds already, and changed to it evenly within a frame."""
        if self.state.movement_state is not before and self._is_reckoning():
            seconds = late + min(FRAME, self.now() - self._felt_at) / 2.0
            self._locate(apply_change(self.state, before, seconds, self.wall()))

    def _hear_turn(self, angular: float, at: float) -> None:
        before, self._response = self._response, heard(self._response, angular, at)
        if self._response.gain and not before.gain and self._is_reckoning():
            # Now that it is known how the game answers: what was lost before.
            turned = missed(self._response, self.now())
            self._locate(apply_turned(self.state, turned, self.wall()))

    def _presume(self) -> None:
        """What was pressed has turned the body, though nothing was told of it."""
        turning = presumed(self._response, self.now())
        if turning is None or not self._is_reckoning():
            return
        self._elapse()
        self._response = believed(self._response, turning.value, self.now() - turning.late)
        self._locate(apply_turning(self.state, turning.value, turning.late, self.wall()))

    def _elapse(self) -> None:
        """Time has passed, in which the body went on as it moved."""
        before, self._reckoned_to = self._reckoned_to, self.now()
        seconds = min(self.now(), self._felt_at + HOLDS) - before
        if seconds > 0.0 and self._is_reckoning() and is_under_way(self.state.movement_state):
            self._locate(apply_time(self.state, seconds, self.wall()))

    def _is_reckoning(self) -> bool:
        """Whether something was felt to reckon by, and the game tells no pose."""
        is_told = self.now() - self._posed_at < POSE_LASTS and self._posed_at > 0.0
        return self._felt_at > 0.0 and not is_told

    def _reckon_later(self) -> None:
        """VRChat says nothing while the body goes on as before."""
        self.cancel(self._reckon_timer)
        lasts = self.now() < self._felt_at + HOLDS
        if lasts and is_under_way(self.state.movement_state):
            self._reckon_timer = self.after(RECKON_EVERY, ReckonDue())

    def _locate(self, state: AvatarState) -> None:
        """The body is somewhere else, or looks elsewhere; the world hears of each step, and of each turn."""
        before = self.state
        self.become(state)
        moved = before.reckoning.frame != state.reckoning.frame or crossed_step(
            before.position, state.position
        )
        turned = abs(wrapped(state.reckoning.yaw - self._told_yaw)) >= TURN
        if moved or turned or not is_located(before):
            self._tell_position()
        self._tell_watcher()

    def _tell_position(self) -> None:
        seated, how = self.state.movement_state.in_station, self.state.reckoning
        where = self.state.position, self.wall(), seated, how.frame, how.reckoned
        self.tell(WORLD, BodyAt(*where, round(how.yaw, 2)))
        self._told_yaw = how.yaw

    def _tell_watcher(self) -> None:
        if self.now() < self._watched_until:
            self.tell(self._watched_by, body_moved(self.state, self.wall()))

    def _make(self, emote: int) -> None:
        self.cancel(self._timer)
        if emote and self.state.emote == emote:
            # The game begins an emote when the parameter changes: the same one again needs a 0 in between.
            self.tell(OSC_SENDER, SetParameter(EMOTE, 0))
        self.tell(OSC_SENDER, SetParameter(EMOTE, emote))
        self.become(msgspec.structs.replace(self.state, emote=emote))
