"""A refusal teaches how to ask; prompts are brought into the order that strict templates want."""

import msgspec
import pytest

from actors.llm.http.chunks import ServerError
from actors.llm.http.knowledge import MOST, Knowledge
from actors.llm.http.learned import Learned, in_turns, learn
from actors.llm.messages import ChatMessage
from actors.llm.servers.providers import Endpoint

OPTIONS = {"max_tokens": 5, "temperature": 0.3, "top_k": 40}


@pytest.mark.parametrize(
    ("error", "options"),
    [
        (
            ServerError(
                400,
                "Unsupported parameter, use the newer one.",
                parameter="max_tokens",
            ),
            {"max_completion_tokens": 5, "temperature": 0.3, "top_k": 40},
        ),
        (
            ServerError(
                400,
                "Unsupported value: 'temperature' does not support 0.3.",
            ),
            {"max_tokens": 5, "top_k": 40},
        ),
        (ServerError(422, "top_k: Extra inputs are not permitted"), {"max_tokens": 5, "temperature": 0.3}),
        (
            ServerError(400, "Unrecognized request argument supplied: top_k"),
            {"max_tokens": 5, "temperature": 0.3},
        ),
    ],
)
def test_a_parameter_that_is_refused_is_sent_otherwise(
    error: ServerError, options: dict[str, object]
) -> None:
    lesson = learn(Learned(), OPTIONS, error)
    assert lesson is not None
    assert lesson.options(OPTIONS) == options


@pytest.mark.parametrize(
    "error",
    [
        ServerError(400, "the prompt is too long: 9000 tokens"),
        ServerError(401, "Unsupported parameter: 'temperature'"),
        ServerError(400, "Unsupported parameter: 'logit_bias'"),
        ServerError(400, "Unknown model"),
    ],
)
def test_another_refusal_teaches_nothing(error: ServerError) -> None:
    assert learn(Learned(), OPTIONS, error) is None


def test_what_is_refused_under_its_new_name_too_is_left_out() -> None:
    lesson = learn(Learned(), OPTIONS, ServerError(400, "Unsupported parameter: 'max_tokens'"))
    assert lesson is not None
    lesson = learn(lesson, OPTIONS, ServerError(400, "Unknown parameter: max_completion_tokens"))
    assert lesson is not None
    assert lesson.options(OPTIONS) == {"temperature": 0.3, "top_k": 40}


def test_a_server_that_refuses_everything_is_not_asked_for_ever() -> None:
    knowledge = Knowledge()
    names = [f"p{number}" for number in range(MOST + 3)]
    endpoint = Endpoint("http://127.0.0.1/v1", "m", options=dict.fromkeys(names, 1))
    taught = [knowledge.learn(endpoint, ServerError(400, f"Unknown parameter: {name}")) for name in names]
    assert taught == [True] * MOST + [False] * 3


def test_a_template_without_instructions_gets_them_in_the_first_question() -> None:
    lesson = learn(Learned(), OPTIONS, ServerError(400, "System role not supported"))
    assert lesson is not None
    assert lesson.no_system
    assert learn(lesson, OPTIONS, ServerError(400, "System role not supported")) is None
    asked = in_turns((ChatMessage("system", "Be kind."), ChatMessage("user", "Hi")), no_system=True)
    assert asked == (ChatMessage("user", "Be kind.\n\nHi"),)


@pytest.mark.parametrize(
    ("roles", "sent"),
    [
        ("s u", "s u"),
        ("s u u a u", "s u a u"),
        ("s u a a u", "s u a u"),
        ("s a u", "s u a u"),
        ("s u s u", "s u"),
        ("u", "u"),
        ("s", "s"),
        ("", ""),
    ],
)
def test_user_and_assistant_take_turns_after_the_instructions(roles: str, sent: str) -> None:
    names = {"s": "system", "u": "user", "a": "assistant"}
    prompt = tuple(ChatMessage(names[role], f"words {number}") for number, role in enumerate(roles.split()))
    found = in_turns(prompt)
    assert " ".join(message.role[0] for message in found) == sent
    said = "".join(message.content for message in found)
    assert all(message.content in said for message in prompt)
    assert msgspec.json.encode(in_turns(found)) == msgspec.json.encode(found)
