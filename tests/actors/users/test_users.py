"""The users' actor under the virtual clock, with a persistence that answers at once."""

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.state import UpdateRefused, UpdateState
from actors.kernel.protocol.storage import (
    Committed,
    ErasureRecorded,
    LoadState,
    RecordErasure,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    Version,
)
from actors.users.messages import (
    FindPerson,
    ForgetPerson,
    Forgotten,
    GetProfile,
    InteractionHappened,
    Misattributed,
    NotForgotten,
    PeopleFound,
    PersonForgotten,
    PreferenceStated,
    Profile,
)
from actors.users.state import UsersState
from actors.users.users import Users
from actors.vocabulary.values import UNKNOWN, Interaction, Person, person_named, tombstone
from config.schema import Bot, Memory
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import Probe, VirtualWorld

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
    actor = Users(Bot(), Memory())
    world.start(actor, "users")
    answer_load(world, persistence, "users", shelf)
    return world, actor, persistence


def asked(world: VirtualWorld, question: Message) -> Message:
    asker = world.probe("asker")
    world.give("users", question, sender="asker")
    dead_letter(world)
    (answer,) = asker.messages
    return answer


def dead_letter(world: VirtualWorld) -> None:
    """Note what is to be forgotten, as persistence does."""
    persistence = world.directory.boxes["persistence"]
    assert isinstance(persistence, Probe)
    for letter in [e for e in persistence.envelopes if isinstance(e.message, RecordErasure)]:
        persistence.envelopes.remove(letter)
        erased = ErasureRecorded(letter.message.domain, letter.message.hashes)
        world.tell("users", erased, sender="persistence", answers=letter.id)
    world.run()


def talk(world: VirtualWorld, person: Person, at: float = 5.0) -> None:
    world.give("users", InteractionHappened(person, Interaction("talk", person.name, "hello", at)))


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
    world.advance(0.1)
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


def test_a_profile_tells_the_relationship_as_it_is_after_the_time_without_any_talk() -> None:
    world, _, _ = begin()
    talk(world, ANN, world.clock.wall())
    near = profile(world, ANN)
    world.advance(60 * 86400.0)
    far = profile(world, ANN)
    assert near.user == far.user
    assert far.closeness < near.closeness / 2


def test_nobody_is_close_to_somebody_never_met() -> None:
    world, _, _ = begin()
    assert profile(world, ANN) == Profile(ANN, None, 0.0)


def test_people_are_found_by_name_and_by_id() -> None:
    world, actor, _ = begin()
    talk(world, ANN)
    ann = actor.state.users["usr_ann"]
    assert asked(world, FindPerson("ann")) == PeopleFound((ann,))
    assert asked(world, FindPerson("usr_ann")) == PeopleFound((ann,))
    assert asked(world, FindPerson("Bob")) == PeopleFound(())


def test_who_is_to_be_forgotten_is_gone_from_the_records_and_the_conversation_hears_of_it() -> None:
    world, actor, _ = begin()
    conversation = world.probe("conversation")
    talk(world, ANN)
    talk(world, Person("usr_bob", "Bob"))
    assert asked(world, ForgetPerson("Ann")) == Forgotten((ANN,))
    assert set(actor.state.users) == {"usr_bob"}
    (told,) = conversation.of(PersonForgotten)
    assert told == PersonForgotten((ANN, person_named("Ann")), world.clock.wall())


def test_what_comes_while_the_disk_notes_a_request_is_forgotten_with_it() -> None:
    world, actor, _ = begin()
    conversation = world.probe("conversation")
    talk(world, ANN)
    world.give("users", ForgetPerson("Ann"), sender="asker")
    world.advance(2.0)
    late = world.clock.wall()
    talk(world, ANN, late)
    dead_letter(world)
    talk(world, ANN, late)
    assert not actor.state.users
    (told,) = conversation.of(PersonForgotten)
    assert told.at >= late


def test_who_is_met_again_is_a_new_acquaintance() -> None:
    world, actor, _ = begin()
    talk(world, ANN)
    asked(world, ForgetPerson("usr_ann"))
    world.advance(1.0)
    talk(world, ANN, world.clock.wall())
    assert actor.state.users["usr_ann"].met_at == world.clock.wall()
    assert actor.state.users["usr_ann"].revision == 1


def test_a_request_to_forget_that_fits_nobody_or_several_forgets_nobody_and_says_why() -> None:
    world, actor, _ = begin()
    talk(world, ANN)
    talk(world, Person("usr_2", "ann"))
    several, nobody = asked(world, ForgetPerson("Ann")), asked(world, ForgetPerson("Zoe"))
    assert isinstance(several, NotForgotten)
    assert "usr_ann" in several.reason
    assert "usr_2" in several.reason
    assert nobody == NotForgotten("nobody is known by 'Zoe'")
    assert set(actor.state.users) == {"usr_ann", "usr_2"}


def test_records_that_come_late_are_gone_on_with() -> None:
    world, actor, _ = begin()
    talk(world, ANN, 5.0)
    stored = actor.state
    late, interim, _ = begin()
    talk(late, ANN, 7.0)
    talk(late, person_named("Bob"), 8.0)
    merged = interim.merged(stored, interim.state)
    assert [met.at for met in merged.users["usr_ann"].interaction_history] == [5.0, 7.0]
    assert merged.users.keys() == {"usr_ann", "name:bob"}


def test_what_was_on_its_way_when_somebody_was_forgotten_makes_no_new_record() -> None:
    world, actor, _ = begin()
    now = world.clock.wall()
    talk(world, ANN, now - 1.0)
    assert isinstance(asked(world, ForgetPerson("usr_ann")), Forgotten)
    talk(world, ANN, now - 0.5)
    assert actor.state.users == {}
    talk(world, ANN, now + 60.0)
    assert list(actor.state.users) == ["usr_ann"]


def test_what_was_on_its_way_makes_no_new_record_after_a_restart_either() -> None:
    """The mail outlives the actor, and the disk knows who was erased."""
    world = VirtualWorld()
    now = world.clock.wall()
    persistence = world.probe("persistence")
    actor = Users(Bot(), Memory())
    world.start(actor, "users")
    world.run()
    asked_for = next(e for e in persistence.envelopes if e.message == LoadState("users"))
    loaded = msgspec.structs.replace(Shelf().loaded("users"), erased={tombstone("usr_ann"): now})
    world.tell("users", loaded, sender="persistence", answers=asked_for.id)
    talk(world, ANN, now - 1.0)
    assert actor.state.users == {}
    talk(world, ANN, now + 1.0)
    assert list(actor.state.users) == ["usr_ann"]


def test_what_was_filed_under_another_goes_when_it_was_of_somebody_who_is_forgotten() -> None:
    world, actor, _ = begin()
    bob = Person("usr_bob", "Bob")
    now = world.clock.wall()
    talk(world, ANN, now - 9.0)
    talk(world, bob, now - 5.0)
    asked(world, ForgetPerson("usr_ann"))
    world.give("users", Misattributed(bob, ANN, now - 5.0))
    assert list(actor.state.users) == ["usr_bob"]
    assert actor.state.users["usr_bob"].interaction_history == ()


def test_a_full_disk_forgets_nobody_and_says_so() -> None:
    world, actor, persistence = begin()
    talk(world, ANN)
    asker = world.probe("asker")
    world.give("users", ForgetPerson("Ann"), sender="asker")
    (letter,) = (e for e in persistence.envelopes if isinstance(e.message, RecordErasure))
    full = SaveFailed("users", Version(), "the disk is full")
    world.tell("users", full, sender="persistence", answers=letter.id)
    world.run()
    (refusal,) = asker.of(NotForgotten)
    assert refusal.reason == "it could not be noted on disk (the disk is full): nothing was changed"
    assert ANN.user_id in actor.state.users


def test_a_disk_that_does_not_answer_may_forget_yet_and_nobody_says_that_nothing_was_changed() -> None:
    world, actor, _ = begin()
    talk(world, ANN)
    asker = world.probe("asker")
    world.give("users", ForgetPerson("Ann"), sender="asker")
    world.advance(60.0)
    (refusal,) = asker.of(NotForgotten)
    assert "may be carried out yet; ask again" in refusal.reason
    assert "nothing was changed" not in refusal.reason
    assert ANN.user_id in actor.state.users
