"""What is said at READY of who answers."""

from config.schema import Llm
from supervisor.cli.instance.answering import CONNECT, who_answers


def test_the_embedded_model_is_named_a_placeholder_with_the_two_ways_to_a_real_one() -> None:
    first, *ways = who_answers(Llm())
    assert "placeholder" in first
    assert tuple(ways) == CONNECT
    assert "11434" in ways[0]
    assert "llm.api_key" in ways[1]


def test_a_server_is_named_in_one_line_without_its_password() -> None:
    llm = Llm.model_validate({"base_url": "http://me:hidden@example.org/v1", "model": "big"})
    assert who_answers(llm) == ("answers: using big at example.org",)


def test_several_servers_are_named_in_their_order_with_the_embedded_model_last() -> None:
    llm = Llm.model_validate(
        {"models": [{"base_url": "http://a:1/v1", "model": "x"}, {"base_url": "http://b:2/v1", "model": "y"}]}
    )
    assert who_answers(llm) == ("answers: using x at a:1, then y at b:2, then the embedded SmolLM2",)
