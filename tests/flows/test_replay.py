"""A conversation with a real instance, replayed by the commands."""

import json
from pathlib import Path

from tests.flows.conftest import Command, forked_instance, ports


def test_a_conversation_is_replayed_asked_what_if_made_a_test_and_lived_again(
    home: Path, supervisor: Command
) -> None:
    settings = (*ports(), "llm.mock_responses=true", "trace.max_size=100000")
    with forked_instance(home, settings, {}, "--text"):
        for n in range(40):
            supervisor("talk", f"I like green tea, cup {n}. Do you?")
            files = sorted((home / "data" / "traces").glob("*/root.*.mcap"))
            if n >= 7 and len(files) >= 3:
                break
    (folder,) = (home / "data" / "traces").iterdir()
    run = folder.name

    found = supervisor.json_of("replay")
    assert found["identical"] is True
    known = {"conversation", "users", "world", "avatar", "avatar.movement", "system", "llm", "behaviour"}
    assert set(found["actors"]) == known
    assert found["messages"] > 150
    assert "identical: " in supervisor("replay", run, "--actor", "conversation")

    # From a later file alone: it begins with checkpoints. (The last one may hold the end only.)
    assert len(files) >= 3
    assert "identical: " in supervisor("replay", str(files[1]))

    shown = supervisor("replay", run, "--with", "llm.temperature=1.8", code=1)
    assert "first divergence: llm" in shown
    assert "SentenceReady" in shown
    assert "DIFFERENT: " in shown
    assert "there is no such key" in supervisor("replay", run, "--with", "llm.heat=1", code=1)

    diff = supervisor("replay", run, "--actor", "conversation", "--diff")
    assert "set turn 1" in diff
    asked = supervisor("trace", "show", "--type", "CompletionRequested", "--json")
    id = next(iter(record["id"] for record in json.loads(asked)))
    state = supervisor("replay", run, "--until", id)
    assert '"sentences"' in state or "_queue" in state

    to = home / "kept"
    supervisor("trace", "keep", run, "--as", "tea", "--to", str(to))
    assert "identical: " in supervisor("replay", str(to / "tea.mcap"))
    assert "green" not in supervisor("replay", str(to / "tea.mcap"), "--diff")

    assert "no Gerald runs" in supervisor("replay", run, "--live", code=3)
    other = home / "other"
    other.mkdir()
    with forked_instance(other, settings, {}, "--text"):
        told = Command(other)("replay", str(folder), "--live", "--speed", "100")
        assert "messages of the senses sent" in told
