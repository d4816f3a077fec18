"""Coming, following and turning to somebody: who may ask for it, what the movement is asked for, and how it ends."""

import pytest

from actors.avatar.messages import GoTo, MovementEnded, StopMoving, WalkWay
from actors.behaviour.messages import (
    ActAnswer,
    ActIntended,
    Acts,
    BodyIs,
    GetActs,
    Located,
    MakeAct,
    SentenceBegun,
    StopActs,
)
from actors.behaviour.plans import GRACE
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import HealthChanged
from actors.speech.messages import Cancel
from actors.vocabulary.values import Vector3
from actors.world.messages import FindWay, NoWay, Way
from config.schema import Movement
from tests.actors.behaviour.stage import ANNA, BOB, Stage

ANNA_SEEN = (ANNA.user_id, "Anna")
BOB_SEEN = (BOB.user_id, "Bob")
COME = GoTo(1, ANNA.user_id, "come")


class Errands(Stage):
    """With the movement a probe, and Anna in sight."""

    def __init__(self, *located: tuple[str, str], number: int = 1, **fields: object) -> None:
        super().__init__(number=number, **fields)
        self.movement = self.world.probe("avatar.movement")
        self.give(Located(located))

    def moves(self) -> list[Message]:
        found = list(self.movement.messages)
        self.movement.clear()
        return found

    def owner(self, message: Message) -> Message:
        probe = self.world.probe("owner")
        self.world.give("behaviour", message, sender="owner")
        (answer,) = probe.messages
        return answer

    def way(self, answer: Message) -> None:
        asked = [e for e in self.rest_of_world.envelopes if isinstance(e.message, FindWay)][-1]
        self.world.tell("behaviour", answer, sender="world", answers=asked.id)
        self.world.run()

    def health(self) -> str:
        return str(self.world.supervisor.of(HealthChanged)[-1].reason)


@pytest.fixture
def stage() -> Errands:
    return Errands(ANNA_SEEN)


@pytest.mark.parametrize(
    ("text", "how"), [("Come here!", "come"), ("Follow me, please", "follow"), ("Look at me!", "look")]
)
def test_it_goes_to_who_asks_for_it_and_is_seen(stage: Errands, text: str, how: str) -> None:
    stage.turn(1, text, ANNA)
    assert stage.moves() == [GoTo(1, ANNA.user_id, how)]  # type: ignore[arg-type]


def test_it_follows_whom_somebody_names() -> None:
    stage = Errands(ANNA_SEEN, BOB_SEEN)
    stage.turn(1, "Follow Bob", ANNA)
    assert stage.moves() == [GoTo(1, BOB.user_id, "follow")]


@pytest.mark.parametrize("text", ["Come here!", "Follow Anna", "look at me"])
def test_to_whom_it_does_not_see_it_does_not_go(text: str) -> None:
    stage = Errands(BOB_SEEN)
    stage.turn(1, text, ANNA)
    assert stage.moves() == []
    assert not stage.actor.running


def test_it_walks_a_way_that_the_world_has_found(stage: Errands) -> None:
    stage.turn(1, "Go to the chair, please", ANNA)
    assert stage.moves() == []
    assert stage.rest_of_world.of(FindWay) == [FindWay("", "seat")]
    points = (Vector3(), Vector3(z=2.0))
    stage.way(Way(("0,0,0", "0,0,1"), 2.0, points))
    assert stage.moves() == [WalkWay(1, points)]


def test_where_no_way_is_known_it_stays_and_says_so(stage: Errands) -> None:
    stage.turn(1, "Go to the bar", ANNA)
    stage.way(NoWay("no such place: bar"))
    assert stage.moves() == []
    assert stage.health() == "not done: come bar: no way there is known"


def test_a_way_that_is_found_after_the_turn_was_cancelled_is_not_walked(stage: Errands) -> None:
    stage.turn(1, "Go to the chair", ANNA)
    stage.give(Cancel(1))
    stage.way(Way(("0,0,0",), 0.0, (Vector3(),)))
    assert stage.moves() == []


def test_it_goes_on_after_the_reply_and_until_it_has_arrived(stage: Errands) -> None:
    stage.turn(1, "Come here!", ANNA)
    stage.end(1)
    stage.world.advance(20.0)
    stage.give(Cancel(1), Cancel(2))
    assert stage.moves() == [COME]
    stage.give(MovementEnded(1, "arrived"))
    assert not stage.actor.running
    assert stage.health() == "last: come, arrived"


def test_why_it_ended_is_said(stage: Errands) -> None:
    stage.turn(1, "Come here!", ANNA)
    stage.give(MovementEnded(7, "arrived"))
    assert stage.actor.running, "it was another one"
    stage.give(MovementEnded(1, "blocked", "it does not move"))
    assert stage.health() == "last: come, blocked: it does not move"


def test_it_ends_with_a_turn_that_is_cancelled(stage: Errands) -> None:
    stage.turn(1, "Come here!", ANNA)
    stage.give(Cancel(1))
    assert stage.moves() == [COME, StopMoving(1)]


def test_a_movement_that_says_nothing_is_ended(stage: Errands) -> None:
    stage.turn(1, "Come here!", ANNA)
    stage.end(1)
    stage.world.advance(Movement().longest + GRACE)
    assert stage.moves() == [COME, StopMoving(1)]
    assert not stage.actor.running


@pytest.mark.parametrize("how", ["words", "owner"])
def test_a_stop_ends_it_at_once(stage: Errands, how: str) -> None:
    stage.turn(1, "Follow me", ANNA)
    stage.moves()
    if how == "words":
        stage.turn(2, "Stop!", ANNA)
    else:
        stage.give(StopActs())
    assert stage.moves() == [StopMoving(1), StopMoving()]


def test_another_act_of_the_legs_takes_its_place(stage: Errands) -> None:
    stage.turn(1, "Come here!", ANNA)
    stage.turn(2, "Jump!", ANNA)
    assert stage.moves() == [COME, StopMoving(1)]


def test_the_model_may_come_to_who_speaks(stage: Errands) -> None:
    stage.turn(1, "I am over here.", ANNA)
    stage.give(ActIntended(1, "come", 0, "tool"), SentenceBegun(1, 0, "Wait for me."))
    assert stage.moves() == [COME]


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        ("come", COME),
        ("follow Anna", GoTo(1, ANNA.user_id, "follow")),
        ("turn to Anna", GoTo(1, ANNA.user_id, "look")),
        ("look", GoTo(1, ANNA.user_id, "look")),
    ],
)
def test_the_owner_may_order_it(stage: Errands, order: str, wanted: Message) -> None:
    assert stage.owner(MakeAct(order)) == ActAnswer(order, True)
    assert stage.moves() == [wanted]


def test_the_owner_hears_why_it_cannot(stage: Errands) -> None:
    assert stage.owner(MakeAct("follow Bob")) == ActAnswer(
        "follow Bob", False, "it does not see who or what is meant"
    )
    stage.give(BodyIs(seated=True))
    assert stage.owner(MakeAct("come")) == ActAnswer("come", False, "it sits")


def test_what_is_switched_off_or_not_allowed_is_not_done() -> None:
    off = Errands(ANNA_SEEN, movement=Movement(enabled=False))
    assert off.owner(MakeAct("come")) == ActAnswer("come", False, "behaviour.movement.enabled is false")
    some = Errands(ANNA_SEEN, allowed=("wave",))
    some.turn(1, "Come here!", ANNA)
    assert (off.moves(), some.moves()) == ([], [])


def test_the_list_of_acts_says_whether_anybody_is_seen(stage: Errands) -> None:
    def known() -> dict[str, str]:
        answer = stage.owner(GetActs())
        assert isinstance(answer, Acts)
        return dict(answer.known)

    assert (known()["come"], known()["look"]) == ("", "")
    stage.give(Located(()))
    assert known()["follow"] == "it does not know where anybody stands"


def test_a_successor_stops_what_went_on() -> None:
    world = Errands(ANNA_SEEN)
    world.turn(1, "Follow me", ANNA)
    world.moves()
    world.world.start(type(world.actor)(world.actor.settings, world.actor._speech), "behaviour", 2)
    world.world.run()
    assert world.moves() == [StopMoving()]
