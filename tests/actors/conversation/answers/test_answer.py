"""What rules answer, and what they leave to the model."""

import pytest

from actors.conversation.answers.answer import answer_to
from actors.conversation.answers.contradiction import contradicts
from actors.conversation.answers.known import Known
from actors.conversation.answers.sums import sum_of
from actors.llm.messages import EmbeddedAnswers, ModelRestarted
from actors.users.messages import Profile
from actors.users.state import UserState
from actors.vocabulary.values import UNKNOWN, Interaction, Person, person_named
from actors.world.messages import FriendOnline, Present
from config.schema import Bot, Llm, ServerSettings
from tests.actors.conversation.answers.talk import ANNA, NONSENSE, Talk

AT = 1_700_000_000.0  # a Tuesday or Wednesday, by the time zone


def known(**fields: object) -> Known:
    return Known(**{"bot": "Gerald", "person": ANNA, "turn": 0, "now": AT} | fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "language", "answers"),
    [
        ("Wave to me!", "en", ("Let me try!",)),
        ("Hello Gerald, could you please dance?", "en", ("Let me try!",)),
        ("Tanz mal bitte!", "de", ("Ich versuche es.",)),
        ("Wave to me. What is the meaning of the universe?", "en", ()),
        ("I danced all night.", "en", ()),
    ],
)
def test_who_asks_the_body_for_something_hears_that_it_is_tried(
    text: str, language: str, answers: tuple[str, ...]
) -> None:
    assert answer_to(text, known(language=language))[-1:] == answers


FRIENDS = (
    FriendOnline(Person("usr_mio", "Mio"), "private"),
    FriendOnline(Person("usr_ren", "Ren K"), "wrld_1"),
    FriendOnline(Person("usr_zoe", "Zoe")),
)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "Which of your friends are online?",
            "These friends of mine are online elsewhere: Mio, Ren K and Zoe.",
        ),
        (
            "Are any of your friends online?",
            "These friends of mine are online elsewhere: Mio, Ren K and Zoe.",
        ),
        ("Where is Zoe?", "Zoe is online."),
        ("Where is Mio?", "Mio is online, in a private place."),
        ("Gerald, where's ren k?", "Ren K is online, in another instance of this world."),
    ],
)
def test_friends_who_are_elsewhere(text: str, answer: str) -> None:
    assert answer_to(text, known(friends=FRIENDS, world_id="wrld_1"))[-1:] == (answer,)


def test_where_somebody_is_who_is_no_friend_is_left_to_the_model() -> None:
    assert answer_to("Where is Berlin?", known(friends=FRIENDS)) == ()
    assert answer_to("Are your friends online?", known()) == (
        "I don't know of any friend of mine who is online elsewhere.",
    )


@pytest.mark.parametrize(
    ("clause", "answer"),
    [
        ("what is five plus seven", "5 plus 7 is 12."),
        ("2+2*3", "2 plus 2 times 3 is 8."),
        ("how much is twenty-one minus three", "21 minus 3 is 18."),
        ("what is 10 divided by 4", "10 divided by 4 is 2.5."),
        ("7 / 0", "Nobody can divide by zero."),
        ("half of ten", "Half of ten is 5."),
        ("what 20 percent of 50 is", "20 percent of 50 is 10."),
        ("i have two dogs and three cats", ""),
        ("see you at 10", ""),
        ("my number is 5-5-5-1-2-3-4", ""),
    ],
)
def test_sums(clause: str, answer: str) -> None:
    assert sum_of(clause) == answer


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("My name is Alex Chen.", True),
        ("My name is Gerald.", False),
        ("I'm a human!", True),
        ("I am a real person, just like you.", True),
        ("I'm not a human, I'm an AI.", False),
        ("I'm not an AI.", True),
        ("What brings you to my blog today?", True),
        ("I am an AI that talks with a person.", False),
        ("I live in VRChat.", False),
        ("You are a nice person.", False),
    ],
)
def test_what_contradicts_what_the_bot_is(sentence: str, wrong: bool) -> None:
    assert contradicts(sentence, "Gerald") is wrong


def test_a_greeting_and_a_question_are_both_answered() -> None:
    answer = answer_to("Hello Gerald, what's your name?", known())
    assert len(answer) == 2
    assert "Anna" in answer[0]
    assert "Gerald" in answer[1]


def test_what_is_not_understood_is_left_to_the_model_with_all_that_was_said() -> None:
    assert answer_to("Hello Gerald, why do cats purr?", known()) == ()


def test_somebody_sad_is_answered_whatever_else_they_say() -> None:
    (answer,) = answer_to(
        "I feel so sad. The train to the north was late and everybody stared at me.", known()
    )
    assert "sorry" in answer or "hard" in answer


ELSEWHERE = {
    "de": ("Hallo!", "Wie heißt du?", "Bist du ein Mensch?"),
    "fr": ("Bonjour !", "Comment tu t'appelles ?", "Tu es un humain ?"),
    "es": ("¡Hola!", "¿Cómo te llamas?", "¿Eres humano?"),
    "it": ("Ciao!", "Come ti chiami?", "Sei un umano?"),
    "pt": ("Olá!", "Como te chamas?", "És humano?"),
}


@pytest.mark.parametrize("language", ELSEWHERE)
def test_every_language_of_the_apologies_has_small_talk(language: str) -> None:
    hello, name, human = (answer_to(said, known(language=language)) for said in ELSEWHERE[language])
    assert "Anna" in hello[0]
    assert "VRChat" in name[0]
    assert "IA" in human[0] or "KI" in human[0]
    assert answer_to("xyzzy plugh", known(language=language)) == ()


def test_names_are_data_and_cannot_run_on() -> None:
    odd = person_named("Eve {bot}\n" + "x" * 200)
    (answer,) = answer_to("Hello!", known(person=odd))
    assert "\n" not in answer
    assert len(answer) < 120


def test_a_stranger_is_asked_for_the_name() -> None:
    assert answer_to("What's my name?", known(person=UNKNOWN)) == ("I don't know your name yet. What is it?",)
    perhaps = known(person=UNKNOWN, likely=person_named("Yu"))
    assert answer_to("Who am I?", perhaps) == ("Are you Yu? I'm not sure.",)
    assert answer_to("Do you know me?", perhaps) == ("Are you Yu? I'm not sure.",)


def test_who_is_here_is_told_by_the_roster() -> None:
    here = (ANNA, Person("usr_b", "Bob"), Person("usr_c", 'Carl "the king"'))
    assert answer_to("Who is here?", known(here=here)) == (
        "Besides you and me I know of Bob and Carl 'the king'.",
    )
    assert answer_to("Who is here?", known()) == ("I can't tell who is here, I'm sorry.",)


def test_what_was_told_is_looked_up_without_the_model() -> None:
    talk = Talk()
    talk.say("My dog is called Rex.")
    assert talk.say("What is my dog called?") == "Your dog is called Rex."
    assert talk.prompts == []


def test_a_capable_server_gets_the_prompt_as_usual() -> None:
    talk = Talk("Hello there!", llm=Llm(base_url="http://127.0.0.1:1/v1"))
    assert talk.say("Hello Gerald!") == "Hello there!"
    assert len(talk.prompts) == 1


LISTED = Llm(models=(ServerSettings(base_url="http://127.0.0.1:1/v1"),))


def test_rules_answer_while_the_embedded_model_stands_in_for_the_servers() -> None:
    talk = Talk(NONSENSE, llm=LISTED)
    assert talk.say("Hello Gerald!") == NONSENSE
    talk.world.give("conversation", EmbeddedAnswers(True))
    assert talk.say("What is my name?") == "You are Anna."
    assert talk.say("Why do cats purr?") == "I don't know what to say to that."
    assert len(talk.prompts) == 2, "the rules need no model"
    talk.world.give("conversation", EmbeddedAnswers(False))
    assert talk.say("What is my name?") == NONSENSE


def test_a_model_that_begins_again_tries_its_servers_and_needs_no_rules() -> None:
    talk = Talk(NONSENSE, llm=LISTED)
    talk.world.give("conversation", EmbeddedAnswers(True))
    talk.world.give("conversation", ModelRestarted())
    assert talk.say("What is my name?") == NONSENSE


def test_a_long_character_is_cut_for_the_embedded_model_and_whole_again_for_a_server() -> None:
    story = "It lives by the sea. " * 250
    talk = Talk(NONSENSE, llm=LISTED, bot=Bot(description=story))
    talk.world.give("conversation", EmbeddedAnswers(True))
    talk.say("Why do cats purr?")
    talk.world.give("conversation", EmbeddedAnswers(False))
    talk.say("Why do dogs bark?")
    told = [prompt.messages[0].content.count("It lives by the sea.") for prompt in talk.prompts]
    assert 0 < told[0] < told[1] == 250


def test_what_contradicts_the_persona_is_not_said_and_something_honest_is() -> None:
    assert Talk(NONSENSE).say("Why do cats purr?") == "I don't know what to say to that."
    capable = Talk(NONSENSE, llm=Llm(base_url="http://127.0.0.1:1/v1"))
    assert capable.say("Why do cats purr?") == NONSENSE


def test_examples_stand_in_the_instruction_and_can_be_left_out() -> None:
    shown = Talk("Yes.")
    shown.say("Why do cats purr?")
    assert 'to "Are you human?" you answer' in shown.prompts[0].messages[0].content
    bare = Talk("Yes.", bot=Bot(examples={}), here=Present((ANNA,), "A world"))
    bare.say("Why do cats purr?")
    assert "For example" not in bare.prompts[0].messages[0].content


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("My dog is called Charlie.", "Your dog is called Charlie. I'll remember that."),
        ("Oh, so my sister lives in New York", "Your sister lives in New York. I'll remember that."),
        ("my cat is called İpek", "Your cat is called İpek. I'll remember that."),  # it folds to more letters
        ("My name is anna", "Nice to meet you, Anna."),
        ("My name is Anna McCoy", "Nice to meet you, Anna McCoy."),
    ],
)
def test_what_was_told_is_said_again_with_its_names(text: str, answer: str) -> None:
    assert answer_to(text, known(said=text)) == (answer,)


@pytest.mark.parametrize("text", ["When did we last talk?", "Gerald, when was the last time we talked?"])
@pytest.mark.parametrize(
    ("days", "answer"),
    [
        (None, "I remember no talk with you before this one."),
        (0.01, "I remember no talk with you before this one."),  # a quarter of an hour ago: it is this one
        (1, "We last talked yesterday."),
        (5, "We last talked 5 days ago."),
        (20, "We last talked 2 weeks ago."),
        (800, "We last talked 2 years ago."),
    ],
)
def test_who_asks_hears_when_they_last_talked(text: str, days: float | None, answer: str) -> None:
    talks = () if days is None else (Interaction("talk", "", "hello", AT - days * 86_400),)
    user = UserState(ANNA.user_id, "Anna", interaction_history=talks)
    assert answer_to(text, known(profile=Profile(ANNA, user))) == (answer,)
