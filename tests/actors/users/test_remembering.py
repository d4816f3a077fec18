"""What people tell is found again when it matters, and told to nobody who must not hear it. On the real actor."""

import msgspec
import pytest

from actors.users.facts.account import KEPT
from actors.users.messages import (
    FindPerson,
    ForgetPerson,
    GetProfile,
    InteractionHappened,
    PeopleFound,
    Profile,
)
from actors.users.state import UsersState, UserState, faults
from actors.users.users import Users
from actors.vocabulary.values import Interaction, Person, person_named
from config.schema import Memory
from tests.actors.users.test_users import asked, begin
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import VirtualWorld

ANN, BOB, EVE = Person("usr_ann", "Ann"), Person("usr_bob", "Bob"), Person("usr_eve", "Eve")
DAY = 86400.0


def say(world: VirtualWorld, person: Person, text: str, *here: Person, reply: str = "Nice.") -> None:
    """`person` tells it before those who are here."""
    talk = Interaction("talk", person.name, text, world.clock.wall(), reply)
    world.give("users", InteractionHappened(person, talk, here))
    world.advance(60.0)


def profile(world: VirtualWorld, person: Person, words: str, *here: Person) -> Profile:
    asker = world.probe("asker")
    world.give("users", GetProfile(person, words, here), sender="asker")
    (answer,) = asker.messages
    assert isinstance(answer, Profile)
    return answer


def recalled(world: VirtualWorld, person: Person, words: str, *here: Person) -> list[str]:
    return [fact.text for fact in profile(world, person, words, *here).recalled]


def test_what_was_told_of_a_dog_is_there_after_a_week_and_a_hundred_other_talks() -> None:
    world, _, _ = begin()
    say(world, ANN, "My dog is called Rex.")
    for number in range(100):
        say(
            world,
            Person(f"usr_{number}", f"P{number}"),
            f"I have {number} trains. My dog is called D{number}.",
        )
    world.advance(7 * DAY)
    found = profile(world, ANN, "What did I tell you about my dog?")
    assert [(fact.text, fact.who, fact.days) for fact in found.recalled] == [
        ("My dog is called Rex", "Ann", 7)
    ]
    assert found.asks_back


def test_what_fits_the_words_comes_first() -> None:
    world, _, _ = begin()
    say(
        world,
        ANN,
        "My dog is called Rex. I live in Bergen. I work as a nurse. I'm allergic to nuts. I play chess.",
    )
    assert recalled(world, ANN, "Where do I live?")[0] == "I live in Bergen"
    assert recalled(world, ANN, "What pet do I have?")[0] == "My dog is called Rex"
    assert recalled(world, ANN, "What is my job?")[0] == "I work as a nurse"


def test_a_correction_and_a_move_hold() -> None:
    world, _, _ = begin()
    say(world, ANN, "I live in Bergen. I have a dog called Rex.")
    say(world, ANN, "No, not a dog, a cat.")
    say(world, ANN, "I moved to Oslo.")
    assert sorted(recalled(world, ANN, "Where do I live, and what pet do I have?")) == [
        "I have a cat called Rex",
        "I moved to Oslo",
    ]


def test_what_is_told_of_somebody_who_is_known_stands_in_their_record() -> None:
    world, actor, _ = begin()
    say(world, BOB, "Hello.")
    say(world, ANN, "Bob lives in Paris.", BOB)
    (fact,) = actor.state.users["usr_bob"].facts
    assert (fact.subject, fact.source, fact.heard_by) == ("usr_bob", "usr_ann", ("usr_bob",))
    assert recalled(world, ANN, "Where does Bob live?") == ["Bob lives in Paris"]


def test_what_was_confided_alone_is_told_to_nobody_else() -> None:
    world, _, _ = begin()
    say(world, ANN, "My dog is called Rex.")
    assert recalled(world, BOB, "What is Ann's dog called?", ANN) == []
    assert recalled(world, ANN, "What is my dog called?", BOB) == ["My dog is called Rex"]
    assert recalled(world, ANN, "How are you?", BOB) == []
    assert recalled(world, ANN, "How are you?") == ["My dog is called Rex"]


def test_who_was_there_is_told_while_nobody_else_listens() -> None:
    world, _, _ = begin()
    say(world, ANN, "My dog is called Rex.", BOB)
    assert recalled(world, BOB, "What is Ann's dog called?") == ["My dog is called Rex"]
    assert recalled(world, BOB, "What is Ann's dog called?", ANN, BOB) == ["My dog is called Rex"]
    assert recalled(world, BOB, "What is Ann's dog called?", EVE) == []
    assert recalled(world, EVE, "What is Ann's dog called?", ANN, BOB) == []


@pytest.mark.parametrize(
    ("share", "told"), [("own", []), ("present_then", []), ("all", ["My dog is called Rex"])]
)
def test_the_owner_decides_who_is_told(share: str, told: list[str]) -> None:
    world, actor, _ = begin()
    actor.commit({"memory": Memory(share=share)})  # type: ignore[arg-type]
    say(world, ANN, "My dog is called Rex.")
    say(world, ANN, "My cat is called Tofu, but don't tell anyone.")
    assert recalled(world, BOB, "What are Ann's dog and cat called?") == told


def test_who_is_forgotten_is_in_nobodys_memory_any_more() -> None:
    world, actor, _ = begin()
    say(world, BOB, "My sister is called Ann. I like trains.", EVE)
    say(world, ANN, "Bob lives in Paris. I like boats.", BOB)
    say(world, EVE, "Ann is a nurse. I like cars.", ANN)
    asked(world, ForgetPerson("Ann"))
    facts = [fact.text for user in actor.state.users.values() for fact in user.facts]
    assert sorted(facts) == ["I like cars", "I like trains"]
    assert "usr_ann" not in str(actor.state)


def test_what_others_said_by_name_of_somebody_who_is_forgotten_goes_too() -> None:
    world, actor, _ = begin()
    say(world, BOB, "My sister Ann lives in Rome.")
    say(world, BOB, "I like trains.")
    say(world, ANN, "Hello.")
    asked(world, ForgetPerson("Ann"))
    assert [one.detail for one in actor.state.users["usr_bob"].interaction_history] == ["I like trains."]
    say_later = Interaction("talk", "Bob", "My sister Ann lives in Rome.", world.clock.wall() - 90.0)
    world.give("users", InteractionHappened(BOB, say_later))
    assert "Ann" not in str(actor.state.users["usr_bob"].facts)


def test_an_export_has_what_was_told_of_others() -> None:
    world, _, _ = begin()
    say(world, BOB, "Hello.")
    say(world, ANN, "Bob lives in Paris.", BOB)
    found = asked(world, FindPerson("Ann"))
    assert isinstance(found, PeopleFound)
    assert [fact.text for fact in found.told] == ["Bob lives in Paris"]


def test_records_from_before_facts_were_kept_are_read_and_gone_on_with() -> None:
    old = {
        "users": {
            "usr_ann": {
                "user_id": "usr_ann",
                "display_name": "Ann",
                "relationship_level": 0.3,
                "interaction_history": [
                    {"kind": "talk", "person": "Ann", "detail": "Hi", "at": 5.0, "reply": ""}
                ],
                "preferences": {"tea": "likes"},
                "revision": 3,
            }
        },
        "names": {"ann": ["usr_ann"]},
    }
    shelf = Shelf.holding(UsersState(), schema=Users.schema)
    payload = msgspec.msgpack.encode({"state": old, "subscriptions": []})
    shelf.whole = (msgspec.structs.replace(shelf.whole[0], payload=payload),)
    world, actor, _ = begin(shelf)
    assert actor.state.users["usr_ann"].has_talked
    say(world, ANN, "I live in Bergen.")
    assert recalled(world, ANN, "Where do I live?") == ["I live in Bergen"]
    assert actor.state.users["usr_ann"].preferences == {"tea": "likes"}


def test_who_asks_what_is_known_of_them_hears_it_in_their_own_words() -> None:
    world, _, _ = begin()
    say(world, ANN, "I live in Bergen. My dog is called Rex.")
    assert profile(world, ANN, "What do you know about me?").account == (
        "You live in Bergen.",
        "Your dog is called Rex.",
    )
    assert "I know nothing about you" in profile(world, BOB, "What do you know about me?").account[0]
    assert profile(world, ANN, "What do you know about trains?").account == ()


def test_an_account_before_others_leaves_out_what_was_told_in_confidence() -> None:
    world, _, _ = begin()
    say(world, ANN, "I live in Bergen.")
    say(world, ANN, "I am afraid of the dark, but don't tell anyone.")
    assert "You are afraid of the dark." in profile(world, ANN, "What do you know about me?", ANN).account
    assert profile(world, ANN, "What do you know about me?", BOB).account == ("You live in Bergen.", KEPT)


def test_what_the_bot_promised_is_remembered() -> None:
    world, _, _ = begin()
    say(world, ANN, "Will you sing for me?", reply="I promise to sing for you tomorrow.")
    assert recalled(world, ANN, "What did you promise me?") == ["I promise to sing for you tomorrow."]


def test_friends_take_days_and_a_pat_on_the_head_is_no_talk() -> None:
    world, actor, _ = begin()
    for _ in range(30):
        say(world, ANN, "Hello there.")
    first_day = actor.state.users["usr_ann"].relationship_level
    assert first_day < 0.1
    for _ in range(20):
        world.advance(DAY)
        say(world, ANN, "Hello there.")
    assert actor.state.users["usr_ann"].relationship_level > 0.5
    assert actor.state.users["usr_ann"].talk_days == 21
    world.give("users", InteractionHappened(BOB, Interaction("touch", "Bob", "HeadPat", world.clock.wall())))
    assert not actor.state.users["usr_bob"].has_talked


def test_what_was_noted_under_a_mere_name_is_that_persons_when_the_id_is_known() -> None:
    world, actor, _ = begin()
    say(world, person_named("Ann"), "My dog is called Rex.")
    say(world, ANN, "Hello.")
    (fact,) = actor.state.users["usr_ann"].facts
    assert (fact.source, fact.subject) == ("usr_ann", "usr_ann")


def test_a_record_with_too_many_facts_is_refused() -> None:
    world, actor, _ = begin()
    say(world, ANN, "My dog is called Rex.")
    (fact,) = actor.state.users["usr_ann"].facts
    wrong = UserState("usr_ann", "Ann", facts=(fact,) * 65)
    assert faults(UsersState({"usr_ann": wrong})) == ("usr_ann: more than 64 facts",)
