"""The configuration's actor: what it shows, and its transaction, step by step, under the virtual clock."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest

from actors.configuration.configuration import TAKEN_WITHIN, VOTE_WITHIN, Configuration
from actors.configuration.messages import (
    ConfigurationIs,
    GetConfiguration,
    GetSection,
    NoSuchSection,
    Reload,
    ReloadEnded,
    SectionIs,
)
from actors.configuration.store import Applied, Candidate, Concern, Watching
from actors.kernel.actor import Actor
from actors.kernel.errors import SectionsUnfit
from actors.kernel.protocol.lifecycle import Stop
from actors.kernel.protocol.reconfigure import AbortSections, PrepareSections
from config.schema import Config
from tests.doubles.virtual_world import Probe, VirtualWorld

PLANTED = "planted-secret-value-1234567890"


class NotedDesk:
    """Hands out what it is given, and notes down what is asked of it (actors.configuration.store.Desk)."""

    def __init__(self, config: Config, voters: tuple[str, ...] = ()) -> None:
        self.config = config
        self.version = 1
        self.unfinished = False
        self.next = Candidate()
        self.log: list[str] = []
        self.noted: tuple[str, ...] = ()
        self.applied = Applied()
        self._voters = tuple(Concern(address, b"{}") for address in voters)
        self.told = self._voters
        self._open = False
        self.tell: Callable[[], None] = lambda: None

    def watch(self, changed: Callable[[], None]) -> Watching:
        self.tell = changed
        return self  # type: ignore[return-value]

    def close(self) -> None:
        self.log.append("closed")

    def read(self, proposal: int) -> Candidate:
        self.log.append(f"read {proposal}")
        self._open = bool(self.next.changed)
        return self.next

    def voters(self) -> tuple[Concern, ...]:
        return self._voters if self._open else ()

    def swap(self) -> int:
        self.log.append("swap")
        self.version += 1
        return self.version

    def drop(self) -> None:
        self.log.append("drop")
        self._open = False

    def concerned(self) -> tuple[Concern, ...]:
        return self.told

    def carry_out(self) -> Applied:
        self.log.append("carry out")
        return self.applied

    def restart(self, address: str) -> None:
        self.log.append(f"restart {address}")

    def note(self, problems: tuple[str, ...], pending: tuple[str, ...]) -> None:
        self.noted = problems


class Member(Actor):
    """Votes as it is told. log: what happened to it."""

    def __init__(self, vote: str = "yes") -> None:
        self.vote = vote
        self.log: list[str] = []

    def prepare(self, sections: Mapping[str, Any]) -> None:
        self.log.append("prepare")
        if self.vote == "no":
            raise SectionsUnfit("the port is taken")
        if self.vote == "bug":
            raise ZeroDivisionError

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self.log.append("commit")
        if self.vote == "falls at commit":
            raise ZeroDivisionError
        return self.vote != "restart me"

    def abort(self) -> None:
        self.log.append("abort")


class Meeting:
    """The actor, its desk, and members with votes."""

    def __init__(self, **votes: str) -> None:
        self.world = VirtualWorld()
        self.asker = self.world.probe("asker")
        self.members = {name: Member(vote) for name, vote in votes.items() if vote != "silent"}
        self.store = NotedDesk(Config(), tuple(votes))
        for name, member in self.members.items():
            self.world.start(member, name)
        for name, vote in votes.items():
            if vote == "silent":
                self.world.probe(name)
        self.world.start(Configuration(self.store, apart=lambda work: work()), "configuration")
        self.world.run()
        self.store.log.clear()

    def successor(self) -> None:
        """The actor dies, and another incarnation of it begins."""
        self.world.start(Configuration(self.store, apart=lambda work: work()), "configuration")
        self.world.run()

    def reload(self, candidate: Candidate, proposal: int = 0) -> ReloadEnded:
        self.store.next = candidate
        self.asker.clear()
        self.world.give("configuration", Reload(proposal), sender="asker")
        self.world.run()
        if not self.asker.messages:
            self.world.advance(VOTE_WITHIN + 0.1)
        (answer,) = self.asker.messages
        assert isinstance(answer, ReloadEnded)
        return answer


def ask(config: Config, name: str) -> object:
    world = VirtualWorld()
    asker = world.probe("asker")
    world.start(Configuration(NotedDesk(config), apart=lambda work: work()), "configuration")
    world.give("configuration", GetSection(name), sender="asker")
    (answer,) = asker.messages
    return answer


@pytest.mark.parametrize("name", Config.model_fields)
def test_every_section_can_be_asked_for(name: str) -> None:
    answer = ask(Config(), name)
    assert isinstance(answer, SectionIs)
    assert (answer.name, answer.version) == (name, 1)
    assert isinstance(msgspec.json.decode(answer.json), dict)


def test_a_section_is_as_it_is_in_force() -> None:
    answer = ask(Config.model_validate({"llm": {"temperature": 0.25}}), "llm")
    assert isinstance(answer, SectionIs)
    assert msgspec.json.decode(answer.json)["temperature"] == 0.25


def test_a_secret_is_never_shown() -> None:
    answer = ask(Config.model_validate({"llm": {"api_key": PLANTED}}), "llm")
    assert isinstance(answer, SectionIs)
    assert PLANTED.encode() not in answer.json
    assert msgspec.json.decode(answer.json)["api_key"] == {"secret": "llm.api_key"}


def test_an_unknown_section_is_answered_with_those_there_are() -> None:
    answer = ask(Config(), "lllm")
    assert isinstance(answer, NoSuchSection)
    assert "llm" in answer.known


CHANGED = Candidate(changed=("llm.temperature",))


def test_what_all_agree_to_is_swapped_once_and_told_to_all() -> None:
    meeting = Meeting(a="yes", b="yes")
    ended = meeting.reload(CHANGED)
    assert (ended.outcome, ended.version, ended.changed) == ("applied", 2, ("llm.temperature",))
    assert meeting.store.log == ["read 0", "swap", "carry out"]
    assert [member.log for member in meeting.members.values()] == [["prepare", "commit"]] * 2


@pytest.mark.parametrize(
    ("vote", "why"),
    [
        ("no", "b refuses: the port is taken"),
        ("bug", "b refuses: ZeroDivisionError in its preparation"),
        ("silent", "b did not answer within 2 s"),
    ],
)
def test_one_no_changes_nothing_for_anybody(vote: str, why: str) -> None:
    meeting = Meeting(a="yes", b=vote)
    ended = meeting.reload(CHANGED)
    assert (ended.outcome, ended.version, ended.problems) == ("refused", 1, (why,))
    assert "swap" not in meeting.store.log
    assert meeting.members["a"].log == ["prepare", "abort"]
    assert ended.changed == ()


def test_the_vote_and_its_end_name_the_version_that_it_would_be() -> None:
    meeting = Meeting(a="yes", b="silent")
    silent = meeting.world.probe("b")
    meeting.reload(CHANGED)
    assert [(type(message), message.version) for message in silent.messages] == [  # type: ignore[attr-defined]
        (PrepareSections, 2),
        (AbortSections, 2),
    ]


def test_a_reading_that_breaks_is_refused_and_the_next_one_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = Meeting(a="yes")

    def broken(proposal: int) -> Candidate:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(meeting.store, "read", broken)
        ended = meeting.reload(CHANGED)
    assert ended.outcome == "refused"
    assert ended.problems == ("the configuration could not be read: ZeroDivisionError; see the log",)
    assert meeting.reload(CHANGED).outcome == "applied"


def test_a_stop_ends_the_watch() -> None:
    meeting = Meeting()
    meeting.world.give("configuration", Stop())
    assert meeting.store.log == ["closed"]


def test_an_actor_that_asks_for_it_is_restarted_after_the_commit() -> None:
    meeting = Meeting(a="restart me", b="yes")
    assert meeting.reload(CHANGED).outcome == "applied"
    assert meeting.store.log == ["read 0", "swap", "carry out", "restart a"]


def test_an_actor_that_dies_at_the_commit_does_not_take_the_configuration_with_it() -> None:
    meeting = Meeting(a="falls at commit", b="yes")
    assert meeting.reload(CHANGED).outcome == "applied"
    assert meeting.members["b"].log == ["prepare", "commit"]
    assert meeting.store.version == 2


def test_one_that_does_not_answer_the_commit_is_restarted() -> None:
    meeting = Meeting(a="yes")
    meeting.world.probe("hung")
    meeting.store.told = (*meeting.store.told, Concern("hung", b"{}"))
    assert meeting.reload(CHANGED).outcome == "applied"
    meeting.world.advance(TAKEN_WITHIN + 0.1)
    assert meeting.store.log[-1] == "restart hung"


def test_a_successor_aborts_what_its_predecessor_left_to_the_vote() -> None:
    meeting = Meeting(a="yes", b="silent")
    meeting.store.next = CHANGED
    meeting.world.give("configuration", Reload(), sender="asker")
    assert meeting.members["a"].log == ["prepare"]
    meeting.store.next = Candidate()
    meeting.successor()
    assert meeting.members["a"].log == ["prepare", "abort"]
    assert meeting.store.log == ["read 0", "drop", "read 0", "drop"]


def test_a_successor_hands_out_what_its_predecessor_put_in_force() -> None:
    meeting = Meeting(a="yes", b="yes")
    meeting.store.version, meeting.store.unfinished = 2, True
    meeting.store.next = Candidate()
    meeting.successor()
    assert [member.log for member in meeting.members.values()] == [["commit"]] * 2
    assert meeting.store.log[0] == "carry out"


def test_a_bad_file_is_noted_once_and_a_good_one_ends_it() -> None:
    meeting = Meeting(a="yes")
    bad = Candidate(problems=("config.yaml:1:1: no", "config.yaml:2:1: no"))
    assert meeting.reload(bad).problems == bad.problems
    assert meeting.store.noted == bad.problems
    meeting.world.give("configuration", GetConfiguration(), sender="asker")
    state = meeting.asker.messages[-1]
    assert isinstance(state, ConfigurationIs)
    assert (state.version, state.problems) == (1, bad.problems)
    assert meeting.reload(Candidate()).outcome == "unchanged"
    assert meeting.store.noted == ()


def test_a_bad_proposal_is_its_authors_affair() -> None:
    meeting = Meeting(a="yes")
    ended = meeting.reload(Candidate(problems=("llm.temperature: no",)), proposal=7)
    assert ended.outcome == "refused"
    assert meeting.store.noted == ()
    assert meeting.store.log == ["read 7", "drop"]


def test_what_is_saved_while_a_reload_is_under_way_is_read_right_after_it() -> None:
    meeting = Meeting(a="silent")
    meeting.store.next = CHANGED
    meeting.world.give("configuration", Reload(), sender="asker")
    meeting.store.tell()
    meeting.store.tell()
    meeting.world.run()
    assert meeting.store.log == ["read 0"]
    meeting.store.next = Candidate()
    meeting.world.advance(VOTE_WITHIN + 0.1)
    assert [entry for entry in meeting.store.log if entry.startswith("read")] == ["read 0", "read 0"]
    assert isinstance(meeting.asker.messages[0], ReloadEnded)


def test_proposals_are_tried_one_by_one_and_each_has_its_answer() -> None:
    meeting = Meeting(a="silent")
    first, second = meeting.asker, meeting.world.probe("second")
    meeting.store.next = CHANGED
    meeting.world.give("configuration", Reload(1), sender="asker")
    meeting.world.give("configuration", Reload(2), sender="second")
    meeting.world.advance(2 * VOTE_WITHIN + 1.0)
    assert [entry for entry in meeting.store.log if entry.startswith("read")] == ["read 1", "read 2"]
    assert _outcomes(first) == _outcomes(second) == ["refused"]


def _outcomes(probe: Probe) -> list[str]:
    return [message.outcome for message in probe.of(ReloadEnded)]
