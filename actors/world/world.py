"""The world's actor: owns what is known of the instance the bot is in, who is there, and how to get about."""

from collections.abc import Mapping

from actors.avatar.messages import AVATAR, SeenAt
from actors.behaviour.messages import (
    BEHAVIOUR,
    Located,
    PersonCame,
    PersonInView,
    PersonWent,
    SeatNear,
    VisitBegan,
)
from actors.kernel.actor import handles
from actors.kernel.state.domain import DomainActor
from actors.vision.messages import PERSON, MotionBegan, MotionEnded, Sight, Sighted
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person
from actors.world import seeing
from actors.world import state as transitions
from actors.world.internal import LookAgain, SightsFade
from actors.world.messages import (
    AnnounceSeat,
    BodyAt,
    FindOtherWay,
    FindWay,
    FriendsOnline,
    NoWay,
    PlayerJoined,
    PlayerLeft,
    Present,
    WatchSight,
    Way,
    WhoIsHere,
    WorldEntered,
    WorldLeft,
)
from actors.world.navigation import NavigationGraph, Route, other_way, place_of, shortest
from actors.world.sights import LASTS, Sights, located, opposite
from actors.world.state import WorldState
from actors.world.things import FADES
from actors.world.usable import Pose, noticed


@durable("world.World", "actors.world.world:World")
class World(DomainActor[WorldState]):
    """Notes who comes and goes, where the body is and what is seen; what a burst of news changes is saved as one.

    The behaviour hears who comes and goes."""

    domain = "world"
    schema = 2
    save_delay = 1.0

    def __init__(self) -> None:
        super().__init__(WorldState())
        self._sights = Sights()
        self._fade = 0
        self._seen: tuple[Sight, ...] = ()
        self._seen_at = 0.0  # epoch seconds
        # Who is passed on the sights of which target, and until when (monotonic seconds): the movement alone so far.
        self._watched_by, self._watched, self._watched_until = "", "", 0.0
        self._pose: Pose | None = None

    def validate(self, state: WorldState, before: WorldState) -> tuple[str, ...]:
        return transitions.faults(state)

    def forget(self, state: WorldState, erased: Mapping[str, float]) -> WorldState:
        return transitions.without(state, erased)

    def restored(self) -> None:
        # Who is online is told anew by the account, where it is switched on.
        self.become(transitions.befriended(transitions.faded(self.state, self.wall()), (), self.wall()))
        if self.state.objects:
            self.after(FADES, LookAgain())
        if transitions.seat_near(self.state):
            self.tell(BEHAVIOUR, SeatNear(True))

    # -- who is here

    def merged(self, stored: WorldState, interim: WorldState) -> WorldState:
        """Where the bot is now is known better than where it was."""
        return interim if interim.last_updated else stored

    @handles
    def on_entered(self, message: WorldEntered) -> None:
        self._become(transitions.entered(self.state, message.world_id, message.world_name, message.at))

    @handles
    def on_world_left(self, message: WorldLeft) -> None:
        self._become(transitions.departed(self.state, message.at))
        self._pose = None
        self._see(Sights())
        for address in (BEHAVIOUR, AVATAR):
            self.tell(address, VisitBegan(message.at))

    @handles
    def on_joined(self, message: PlayerJoined) -> None:
        known = message.person.user_id in self.state.avatars
        self.become(transitions.joined(self.state, message.person, message.at, message.own))
        if not known and not message.own and message.person.is_known:
            self.tell(BEHAVIOUR, PersonCame(message.person, message.at, self._company()))

    @handles
    def on_left(self, message: PlayerLeft) -> None:
        before = transitions.present(self.state)
        self.become(transitions.left(self.state, message.person, message.at))
        after = transitions.present(self.state)
        for person in before:
            if person not in after:
                self.tell(BEHAVIOUR, PersonWent(person, message.at, len(after)))

    def _company(self) -> int:
        """How many others than the bot are here."""
        return len(transitions.present(self.state))

    @handles
    def on_who_is_here(self, message: WhoIsHere) -> None:
        state = self.state
        self.reply(
            Present(
                transitions.present(state),
                state.world_name,
                seeing.visible(state, self.wall()),
                transitions.seat_near(state),
                self._sights.fresh(self.wall()).located(),
                transitions.ways(state),
                state.world_id if state.friends else "",
                transitions.friends_elsewhere(state),
                self._nearest(),
                self._opposite(),
            )
        )

    def _nearest(self) -> Person:
        here = {one.user_id: one for one in transitions.present(self.state)}
        near = self._sights.fresh(self.wall()).within_reach()
        return next((here[target] for target in near if target in here), UNKNOWN)

    def _opposite(self) -> Person:
        fresh = 0.0 <= self.wall() - self._seen_at < LASTS
        found = opposite(self._seen) if fresh else UNKNOWN
        return found if found in transitions.present(self.state) else UNKNOWN

    @handles
    def on_friends(self, message: FriendsOnline) -> None:
        self.become(transitions.befriended(self.state, message.friends, self.wall()))

    # -- what is seen

    @handles
    def on_motion(self, message: MotionBegan) -> None:
        if not self.state.objects:
            self.after(FADES, LookAgain())
        self.become(seeing.moving(self.state, message.x, message.y, message.amount, message.at))

    @handles
    def on_still(self, message: MotionEnded) -> None:
        self.become(seeing.still(self.state, message.at))

    @handles
    def on_sighted(self, message: Sighted) -> None:
        """Who and what is seen. What is reported late is no sight of now."""
        if not 0.0 <= self.wall() - message.at < LASTS:
            return
        if message.sights and not self.state.objects:
            self.after(FADES, LookAgain())
        for sight in seeing.entered(self._seen, message.sights):
            if sight.kind == PERSON:
                self.tell(BEHAVIOUR, PersonInView(sight.person, sight.bearing, message.at))
        self._seen, self._seen_at = message.sights, message.at
        state = seeing.sighted(self.state, message.sights, message.at)
        self.become(noticed(state, message.sights, self._pose, message.at))
        for one in located(message.sights, message.at):
            self.on_seen(one)

    @handles
    def on_look_again(self, message: LookAgain) -> None:
        self.become(transitions.faded(self.state, self.wall()))
        if self.state.objects:
            self.after(FADES, LookAgain())

    @handles
    def on_seen(self, message: SeenAt) -> None:
        """Somebody or something is there. What is reported late is no sight of now."""
        if not 0.0 <= self.wall() - message.at < LASTS:
            return
        if not self._sights.seen:
            self.cancel(self._fade)
            self._fade = self.after(LASTS / 2, SightsFade())
        self._see(self._sights.fresh(self.wall()).with_sight(message))
        if message.target == self._watched and self.now() < self._watched_until:
            self.tell(self._watched_by, message)

    @handles
    def on_watch_sight(self, message: WatchSight) -> None:
        self._watched_by, self._watched = self.sender(), message.target
        self._watched_until = self.now() + message.seconds
        known = self._sights.fresh(self.wall()).seen.get(message.target)
        if known is not None:
            self.tell(self._watched_by, known)

    @handles
    def on_sights_fade(self, _: SightsFade) -> None:
        self._see(self._sights.fresh(self.wall()))
        if self._sights.seen:
            self._fade = self.after(LASTS / 2, SightsFade())

    def _see(self, sights: Sights) -> None:
        """The behaviour hears who can be gone to, when that changes."""
        before, self._sights = self._sights.located(), sights
        if (now := sights.located()) != before:
            self.tell(BEHAVIOUR, Located(now))

    # -- getting about

    @handles
    def on_body(self, message: BodyAt) -> None:
        at = message.position
        self._pose = Pose(at, message.yaw, message.at) if message.yaw is not None else None
        state = transitions.in_frame(self.state, message.frame)
        if message.seated or at != state.body or state is not self.state:
            self._become(transitions.moved(state, at, message.seated, message.at))

    @handles
    def on_announce_seat(self, _: AnnounceSeat) -> None:
        self.tell(BEHAVIOUR, SeatNear(transitions.seat_near(self.state)))
        if located := self._sights.fresh(self.wall()).located():
            self.tell(BEHAVIOUR, Located(located))

    def _become(self, state: WorldState) -> None:
        """Take over a state with another place or body; the behaviour hears whether it can sit down there."""
        before = transitions.seat_near(self.state)
        self.become(state)
        if (near := transitions.seat_near(state)) != before:
            self.tell(BEHAVIOUR, SeatNear(near))

    @handles
    def on_find_way(self, message: FindWay) -> None:
        graph = self.state.navigation_graph
        places = [transitions.place_called(self.state, name) for name in (message.start, message.end)]
        unknown = [place or "where the bot is" for place in places if place not in graph.places]
        route = None if unknown else shortest(graph, *places)
        if route is not None:
            self._reply_route(graph, route)
        elif unknown:
            self.reply(NoWay(f"no such place: {', '.join(unknown)}"))
        else:
            self.reply(NoWay("no way between them has been walked yet"))

    @handles
    def on_find_other_way(self, message: FindOtherWay) -> None:
        graph, body = self.state.navigation_graph, self.state.body
        here = place_of(body) if body is not None else ""
        places = [place_of(point) for point in message.points]
        blocked = next((place for place in places if place != here), here)
        route = other_way(graph, here, blocked, places[-1]) if places else None
        if route is not None:
            self._reply_route(graph, route)
        else:
            self.reply(NoWay("no other way there has been walked yet"))

    def _reply_route(self, graph: NavigationGraph, route: Route) -> None:
        self.reply(Way(route.places, route.cost, tuple(graph.places[place] for place in route.places)))
