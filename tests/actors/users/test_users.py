"""The users' actor under the virtual clock, with a persistence that answers at once."""

import msgspec

from actors.kernel.protocol import (
    Committed,
    LoadState,
    SaveChange,
    SaveSnapshot,
    UpdateRefused,
    UpdateState,
    Version,
)
from actors.kernel.virtual import Probe, VirtualWorld
from actors.users.messages import GetProfile, InteractionHappened, PreferenceStated, Profile
from actors.users.state import UsersState
from actors.users.users import Users
from actors.vocabulary.values import UNKNOWN, Interaction, Person
from tests.doubles.keeper import Shelf

ANN = Person("usr_ann", "Ann")


def answer_load(world: VirtualWorld, persistence: Probe, domain: str, shelf: Shelf | None = None) -> None:
    """Give `domain` its state, as persistence does."""
    world.run()
    asked = next(e for e in persistence.envelopes if e.message == LoadState(domain))
    world.tell(domain, (shelf or Shelf()).loaded(domain), sender="persistence", answers=asked.id)
    world.run()


def begin(shelf: Shelf | None = None) -> tuple[VirtualWorld, Users, Probe]:
    world = VirtualWorld()
    persistence = world.probe("persistence")
    actor = Users()
    world.start(actor, "users")
    answer_load(world, persistence, "users", shelf)
    return world, actor, persistence


def profile(world: VirtualWorld, person: Person) -> Profile:
    asker = world.probe("asker")
    world.give("users", GetProfile(person), sender="asker")
    (answer,) = asker.messages
    assert isinstance(answer, Profile)
    return answer


def test_nobody_has_a_profile_before_they_were_met() -> None:
    world, _, _ = begin()
    assert profile(world, ANN) == Profile(ANN, None)


def test_a_profile_tells_what_happened_and_what_is_preferred() -> None:
    world, _, _ = begin()
    talk = Interaction("talk", "Ann", "hello", 5.0)
    world.give("users", InteractionHappened(ANN, talk))
    world.give("users", PreferenceStated(ANN, "language", "French"))
    user = profile(world, ANN).user
    assert user is not None
    assert user.interaction_history == (talk,)
    assert user.preferences == {"language": "French"}
    assert user.relationship_level > 0.0


def test_unknown_speech_changes_no_record() -> None:
    world, actor, _ = begin()
    world.give("users", InteractionHappened(UNKNOWN, Interaction("talk", "unknown", "hello", 5.0)))
    assert actor.state == UsersState()
    assert actor.version == Version(1, 0)


def test_the_whole_state_survives_a_stop_and_a_start() -> None:
    world, actor, persistence = begin()
    world.give("users", InteractionHappened(ANN, Interaction("talk", "Ann", "hello", 5.0)))
    _, again, _ = begin(Shelf(persistence.messages))
    assert again.state == actor.state
    assert again.state.users["usr_ann"].display_name == "Ann"


def test_changes_gather_while_the_disk_is_busy() -> None:
    world, actor, persistence = begin()
    for at in range(5):
        world.give("users", InteractionHappened(ANN, Interaction("talk", "Ann", "hello", float(at))))
    (first,) = [e for e in persistence.envelopes if isinstance(e.message, SaveSnapshot)][-1:]
    world.tell("users", Committed("users", Version(1, 1)), sender="persistence", answers=first.id)
    world.run()
    assert [change.version for change in persistence.of(SaveChange)] == [Version(1, 5)]
    assert Shelf(persistence.messages).document(actor).state == actor.state


def test_a_record_under_another_id_is_refused() -> None:
    world, actor, _ = begin()
    asker = world.probe("asker")
    wrong = {"users": {"usr_ann": {"user_id": "usr_bob", "display_name": "Ann", "relationship_level": 7.0}}}
    world.give("users", UpdateState(msgspec.msgpack.encode(wrong)), sender="asker")
    (refused,) = asker.messages
    assert isinstance(refused, UpdateRefused)
    assert len(refused.reasons) == 2
    assert actor.state == UsersState()
