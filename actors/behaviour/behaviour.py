"""The behaviour's actor: turns intentions, words and what happens around the body into acts, and ends them in time.

Promises: nothing is done that is not allowed, for a turn that is over, or for a guess; no act outlasts its limit; a
stop ends everything at once."""

from collections.abc import Mapping
from typing import Any

from actors.avatar.messages import (
    AVATAR,
    MOVEMENT,
    GetParameter,
    MovementEnded,
    StopMoving,
    TellBody,
    Touched,
)
from actors.behaviour import rules
from actors.behaviour.acting import Acting, let_go
from actors.behaviour.errands import NOBODY, Errands, Meant, leads, ordered
from actors.behaviour.host import Host
from actors.behaviour.intentions import Intentions
from actors.behaviour.internal import ActOver, AskSwitch, ClockOffset, IdleDue, LookAround, ReadClock, StepDue
from actors.behaviour.local_clock import offset
from actors.behaviour.messages import (
    ActAnswer,
    ActIntended,
    Acts,
    ActsStopped,
    BodyIs,
    GetActs,
    Located,
    MakeAct,
    PersonCame,
    PersonInView,
    PersonWent,
    SeatNear,
    SentenceBegun,
    StopActs,
    TellOwnActs,
    VisitBegan,
)
from actors.behaviour.own_gestures import able, all_acts, asked_acts, own_acts
from actors.behaviour.plans import GLANCES, Plan, plan_of
from actors.behaviour.switch import Switch
from actors.conversation.messages import ReplyEnded, TurnStarted
from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.protocol.lifecycle import Health
from actors.llm.messages import LLM, OwnActs
from actors.osc.messages import OSC_RECEIVER, OSC_SENDER, ParametersChanged, SubscribeParameters, ZeroInputs
from actors.speech.messages import Cancel
from actors.users.messages import USERS, GetBlocked, PeopleBlocked, PersonForgotten
from actors.vocabulary.acts import WALK
from actors.vocabulary.requests import leads_to, says_stop
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN
from actors.world.messages import WORLD, AnnounceSeat
from config.schema import Behaviour as Settings
from config.schema import Bot, Speech
from config.schema.languages import AUTO

LOOK_EVERY, CLOCK_EVERY = 2.0, 3600.0
SWITCH_WITHIN, SWITCH_AGAIN = 2.0, 1.0
IDLE_FACES = 0.25  # the part of idle acts that is a small smile


@durable("behaviour.Behaviour")
class Behaviour(Actor):
    """At `behaviour`. behaviour, bot, speech: the sections of the configuration in force.

    A trace from before there were greetings of its own has no section bot."""

    deterministic = True

    def __init__(self, behaviour: Settings, speech: Speech, bot: Bot | None = None) -> None:
        self.settings = behaviour
        self.bot = bot or Bot()
        self._speech = speech
        self._acting = Acting()
        self._intentions = Intentions()
        self._errands = Errands()
        self._speaker = UNKNOWN
        self._host = Host()
        self._pace = rules.Pace()
        self._body = BodyIs()
        self._seat = False
        self._switch = Switch()
        self._idle_timer = 0

    @property
    def able(self) -> Settings:
        """The settings with what the avatar in use has of its own."""
        return able(self.settings, self._body.gestures)

    @property
    def language(self) -> str:
        """The language that the bot answers in, else the one that is spoken to it."""
        return self.bot.language if self.bot.language != AUTO else self._speech.language

    @property
    def running(self) -> Mapping[str, tuple[str, int, float]]:
        """What each part of the body does: the act, its turn, and when it ends (monotonic seconds)."""
        return {part: (one.plan.act, one.turn, one.ends_at) for part, one in self._acting.running.items()}

    def on_start(self) -> None:
        if self.context.incarnation > 1:
            let_go(self, self.settings.expressions, self.settings.longest)
            self.tell(AVATAR, TellBody())
            self.tell(USERS, GetBlocked())  # which the first incarnation is told by itself
            self._switch = Switch(unknown=self.settings.stop_parameter is not None)
            self.on_ask_switch(AskSwitch())
        self._subscribe()
        self.tell(WORLD, AnnounceSeat())
        self.on_read_clock(ReadClock())
        self._idle_later()
        self.after(LOOK_EVERY, LookAround())

    def on_stop(self) -> None:
        self._acting.stop(self)

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """What is not allowed any more ends."""
        before, self.settings = self.settings, sections.get("behaviour", self.settings)
        self._speech = sections.get("speech", self._speech)
        self.bot = sections.get("bot", self.bot)
        if before.stop_parameter != self.settings.stop_parameter:
            self._switch = Switch()
            self._subscribe()
        if before != self.settings:
            self._acting.stop(self)
            self._idle_later()
        return True

    # -- a turn

    @handles
    def on_turn(self, message: TurnStarted) -> None:
        """What is asked of the body is done at once; a turn without words is the bot's own."""
        if self._intentions.is_void(message.turn):
            return
        self._intentions = self._intentions.begun(message.turn)
        if not message.text:
            return
        self._speaker = message.person
        self._host.spoken_to(message.person, self.wall())
        self._idle_later()
        if says_stop(message.text):
            self._stop("somebody said stop")
            return
        asked = asked_acts(message.text, self.able)
        for act in asked:
            if act != WALK:
                self.do(act, message.turn, "asked for", named=leads_to(message.text, act))
        usual = self._host.company.usual.get(message.person.user_id, 0.0)
        for act, why in rules.reactions(message.text, usual) if not asked else ():
            self.do(act, message.turn, why)

    @handles
    def on_intended(self, message: ActIntended) -> None:
        self._intentions, due = self._intentions.take(message)
        if due:
            self._do_intended((message,))

    @handles
    def on_sentence(self, message: SentenceBegun) -> None:
        if self._intentions.is_void(message.turn):
            return
        self._intentions, due = self._intentions.sentence(message.turn, message.sentence)
        self._do_intended(due)
        if not due and "face" not in self._acting.running and (face := rules.face_act(message.text)):
            self.do(face, message.turn, "what it says", unasked=True)

    @handles
    def on_ended(self, message: ReplyEnded) -> None:
        self._intentions, due = self._intentions.ended(message.turn)
        if message.outcome == "cancelled":
            self._acting.cancel(self, message.turn)
            return
        self._do_intended(due)
        self._acting.wind_up(self, message.turn)
        self._host.quiet_since = self.wall()

    @handles
    def on_cancel(self, message: Cancel) -> None:
        self._intentions = self._intentions.void(message.turn)
        self._acting.cancel(self, message.turn)

    def _do_intended(self, due: tuple[ActIntended, ...]) -> None:
        for one in due:
            self.do(one.act, one.turn, f"by a {one.way} of the model")

    # -- acts

    def do(self, act: str, turn: int, why: str, *, unasked: bool = False, named: str = "") -> str:
        """Do it, if it may be done now; else why not. unasked: by itself, and never in place of something asked for.

        named: whom or what it leads to, "" for whoever speaks; the way there may have to be looked up first."""
        able = self.able
        act = rules.known_as(act, able)
        reason = self._refusal(act)
        reason = reason or rules.too_fast(self._pace, self.settings, self.now(), unasked=unasked)
        if not reason and leads(act):
            led = self._errands.plan(self, Meant(act, named, self._speaker if turn else UNKNOWN, turn, why))
            return self._begin(led, turn, why) if isinstance(led, Plan) else led
        plan = plan_of(act, turn, able.expressions, able.longest)
        if unasked and (self._host.rests(self.wall()) or (plan and plan.part in self._acting.running)):
            reason = reason or "something else goes on"
        if reason or plan is None:
            return reason or "there is no such act"
        return self._begin(plan, turn, why)

    def _begin(self, plan: Plan, turn: int, why: str) -> str:
        self._pace = self._pace.again(self.now())
        self._acting.begin(self, plan, turn, why)
        if plan.act not in GLANCES:
            of = f", turn {turn}" if turn else ""
            self.health(Health.OK, f"last: {plan.act} ({why}{of})")
        return ""

    def on_way(self, answer: Reply | AskFailed) -> None:
        """The way to what was named, for an act that may have been cancelled meanwhile."""
        led, meant = self._errands.along(self, answer), answer.context
        over = "its turn is over" if self._intentions.is_void(meant.turn) else ""
        reason = self._refusal(meant.act) or over or ("" if isinstance(led, Plan) else led)
        if isinstance(led, Plan) and not reason:
            self._begin(led, meant.turn, meant.why)
        else:
            self.health(Health.OK, f"not done: {meant.act} {meant.named}: {reason}")

    @handles
    def on_movement_ended(self, message: MovementEnded) -> None:
        if act := self._acting.arrived(message.ticket):
            self.health(Health.OK, ": ".join(filter(None, (f"last: {act}, {message.outcome}", message.why))))

    @handles
    def on_located(self, message: Located) -> None:
        self._errands.located = message.targets

    def _refusal(self, act: str) -> str:
        if self._switch.unknown:
            return f"it is not known yet whether the avatar's parameter {self.settings.stop_parameter} is on"
        return rules.refusal(act, self.able, self._body, seat=self._seat, held=self._switch.on)

    @handles
    def on_step(self, message: StepDue) -> None:
        self._acting.step(self, message)

    @handles
    def on_over(self, message: ActOver) -> None:
        self._acting.over(self, message.number)

    # -- the owner

    @handles
    def on_make(self, message: MakeAct) -> None:
        act, named = ordered(message.act)
        why = self.do(act, 0, "the owner asked", named=named)
        self.reply(ActAnswer(message.act, not why, why))

    @handles
    def on_stop_acts(self, message: StopActs) -> None:
        self.reply(ActsStopped(self._stop("the owner said stop")))

    @handles
    def on_get_acts(self, _: GetActs) -> None:
        nobody = "" if self._errands.located else NOBODY
        names = all_acts(self.able)
        known = tuple((name, self._refusal(name) or (nobody if leads(name) else "")) for name in names)
        now = tuple((one.plan.act, one.why) for one in self._acting.running.values())
        self.reply(Acts(known, now, *self._host.unasked(self)))

    def _stop(self, why: str) -> tuple[str, ...]:
        """End everything, and every input to zero."""
        ended = self._acting.stop(self)
        self._intentions = self._intentions.dropped()
        self.tell(MOVEMENT, StopMoving())
        self.tell(OSC_SENDER, ZeroInputs())
        self._host.rest(self.wall())
        self.health(Health.OK, f"stopped: {why}")
        return ended

    # -- the body

    @handles
    def on_parameters(self, message: ParametersChanged) -> None:
        """The panic switch."""
        name = self.settings.stop_parameter
        if name is None or name not in message.values:
            return
        self._switch, stops = self._switch.changed(name, message)
        if stops:
            self._stop(f"the avatar's parameter {name}")

    @handles
    def on_ask_switch(self, _: AskSwitch) -> None:
        name = self.settings.stop_parameter
        if self._switch.unknown and name is not None:
            self.ask(AVATAR, GetParameter(name), "on_switch", within=SWITCH_WITHIN)

    def on_switch(self, answer: Reply | AskFailed) -> None:
        """How the switch stood before this incarnation."""
        if known := self._switch.told(self.settings.stop_parameter, answer):
            self._switch = known
        else:
            self.after(SWITCH_AGAIN, AskSwitch())

    @handles
    def on_body(self, message: BodyIs) -> None:
        before, self._body = self._body, message
        if message.gestures != before.gestures:
            self.on_tell_own_acts(TellOwnActs())

    @handles
    def on_tell_own_acts(self, _: TellOwnActs) -> None:
        self.tell(LLM, OwnActs(tuple(own_acts(self._body.gestures))))

    @handles
    def on_seat(self, message: SeatNear) -> None:
        self._seat = message.near

    @handles
    def on_touched(self, message: Touched) -> None:
        self._host.touched(self, message.sensor)

    # -- people

    @handles
    def on_visit(self, message: VisitBegan) -> None:
        self._seat = False
        self._host.elsewhere(message.at)

    @handles
    def on_came(self, message: PersonCame) -> None:
        self._host.came(message.person, message.at)

    @handles
    def on_went(self, message: PersonWent) -> None:
        self._host.went(self, message.person, message.company)

    @handles
    def on_forgotten(self, message: PersonForgotten) -> None:
        self._host.forget(message.people)

    @handles
    def on_blocked(self, message: PeopleBlocked) -> None:
        self._host.block(message.blocks)

    def on_profile(self, answer: Reply | AskFailed) -> None:
        self._host.known(self, answer)

    def on_spoke(self, answer: Reply | AskFailed) -> None:
        self._host.spoke(self, answer)

    # -- by itself

    @handles
    def on_look(self, _: LookAround) -> None:
        if self.settings.enabled and not (self._switch.on or self._switch.unknown):
            self._host.look(self)
        self.after(LOOK_EVERY, LookAround())

    @handles
    def on_idle(self, _: IdleDue) -> None:
        """A look to one side and back, or a small smile, while nothing else goes on."""
        if self._is_idle():
            smiles = self.random.random() < IDLE_FACES
            self.do("happy" if smiles else self.random.choice(GLANCES), 0, "idle", unasked=True)
        self._idle_later()

    @handles
    def on_in_view(self, message: PersonInView) -> None:
        """A glance at who comes into sight at the side, while nothing else goes on."""
        act = rules.glance_at(message.bearing)
        if act and self.settings.idle and self._is_idle() and self._host.notices(message.person, self.wall()):
            self.do(act, 0, "somebody came into sight", unasked=True)

    def _is_idle(self) -> bool:
        talks = self._intentions.turn > self._intentions.over
        busy = self._body.afk or self._body.moving or self._body.emote
        return not (talks or busy or self._acting.running)

    def _idle_later(self) -> None:
        self.cancel(self._idle_timer)
        if self.settings.idle and self.settings.enabled:
            self._idle_timer = self.after(self.settings.idle * self.random.uniform(0.5, 1.5), IdleDue())

    # -- the machine

    def _subscribe(self) -> None:
        name = self.settings.stop_parameter
        self.tell(OSC_RECEIVER, SubscribeParameters((name,) if name else (), self.context.address))

    @handles
    def on_read_clock(self, _: ReadClock) -> None:
        self.side_effect(lambda: self.post(ClockOffset(offset())))
        self.after(CLOCK_EVERY, ReadClock())

    @handles
    def on_clock(self, message: ClockOffset) -> None:
        self._host.offset = message.seconds
