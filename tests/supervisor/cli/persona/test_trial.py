"""`supervisor persona try`: everyday sentences, said to a real instance with a real server as its model, and judged."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from supervisor.cli.main import cli
from supervisor.persona.everyday import everyday
from supervisor.persona.trial import for_bot, spread
from tests.doubles.model_server import ModelServer, words


def test_a_server_is_tried_without_the_configured_key_and_judged(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text("bot: {name: Ada}\nllm: {api_key: s3cret}\n")
    with ModelServer() as server:
        server.plan(words("Hello, I am Ada, an AI."))
        arguments = (
            "persona",
            "try",
            "--json",
            "--count",
            "2",
            "--base-url",
            server.base_url,
            "--model",
            "m",
        )
        result = CliRunner().invoke(cli, ["--home", str(tmp_path), *arguments])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [one["say"] for one in found["sentences"]] == ["Hello Ada!", "How do I look?"]
    assert [one["why"] for one in found["sentences"]] == ["", "beside the point"]
    assert (found["fit"], found["of"], found["answers"]) == (1, 2, f"m at {server.base_url}")
    asked = [request for request in server.requests if request.path.endswith("/completions")]
    assert all("s3cret" not in str(request.headers) for request in asked)
    assert not list((tmp_path / "config").parent.glob("data/state*"))


def test_a_server_that_is_not_there_is_said_and_not_asked_a_hundred_times(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text("llm: {retries: 0}\n")
    arguments = ("persona", "try", "--base-url", "http://127.0.0.1:9/v1")
    result = CliRunner().invoke(cli, ["--home", str(tmp_path), *arguments])
    assert result.exit_code == 1
    assert "the model does not answer: " in result.output
    assert result.output.count("UNFIT") == 3


def test_the_list_is_said_to_a_bot_of_any_name() -> None:
    named = for_bot(everyday()[0], "Seraphina Moon (x")
    assert named.say == "Hello Seraphina!"
    assert all("gerald" not in for_bot(one, "Ada").fit for one in everyday())
    assert for_bot(everyday()[0], "Gerald") == everyday()[0]


@pytest.mark.parametrize("count", [1, 7, 50, 100])
def test_fewer_sentences_are_from_the_whole_list(count: int) -> None:
    chosen = spread(everyday(), count)
    assert len(chosen) == len(set(chosen)) == count
