"""What a worker on a host may say: as itself, what its actor says, to those it says it to."""

import ast
import inspect
from importlib import import_module
from types import ModuleType

import pytest

from actors.conversation.messages import CONVERSATION
from actors.kernel.message import Envelope, Message, encode, registered
from actors.kernel.protocol.lifecycle import Health, HealthChanged, Ping, Pong
from actors.llm.messages import LOCAL_LLM, LocalModelReady, LocalModelUnavailable, WhereIsLocalModel
from actors.users.messages import USERS
from actors.vision.messages import DETECTOR, TRACKER, Looked, WatchScene
from config.schema.supervision import PLACEABLE
from supervisor.encryption import SEALER
from supervisor.hosts.permissions import PERMISSIONS, permission_of
from supervisor.hosts.placement.mail_gate import REMEMBERED, Forbidden, MailGate
from supervisor.nodes.boot import Boot

LOOKED = Looked(1, 1.0, 720, 1280, 0.5)
REPLICA = f"{DETECTOR}/2"


def gate_of(address: str) -> MailGate:
    boot = Boot(address, 3, "m:C", (), {"llm": {}}, ".", "seed", "vision", "run", "INFO", {})
    permission = permission_of(address)
    assert permission is not None
    return MailGate(boot, permission)


def said(message: Message, to: str, sender: str = DETECTOR, incarnation: int = 3, answers: str = "") -> bytes:
    return encode(Envelope(sender, incarnation, 1, to, message, answers=answers))


def test_what_its_actor_says_passes_and_a_replica_may_say_the_same() -> None:
    assert gate_of(DETECTOR).incoming(said(LOOKED, TRACKER)).message == LOOKED
    assert gate_of(REPLICA).incoming(said(LOOKED, TRACKER, REPLICA)).message == LOOKED


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        (said(LOOKED, USERS), "its actor never says that"),
        (said(WatchScene(), TRACKER), "its actor never says that"),
        (said(LOOKED, TRACKER, sender=CONVERSATION), "speaks as"),
        (said(LOOKED, TRACKER, sender=REPLICA), "speaks as"),
        (said(LOOKED, TRACKER, incarnation=2), "speaks as incarnation 2"),
        (said(Pong(DETECTOR, 3), USERS, answers="users/1/1"), "nobody asked it"),
        (said(HealthChanged(USERS, Health.DOWN, "", ""), "vision"), "another's health"),
        (said(HealthChanged(DETECTOR, Health.DOWN, "", ""), "state"), "another's health"),
    ],
)
def test_all_else_is_refused_and_counted(mail: bytes, why: str) -> None:
    gate = gate_of(DETECTOR)
    with pytest.raises(Forbidden, match=why):
        gate.incoming(mail)
    assert gate.refused == 1


def test_its_own_health_passes() -> None:
    message = HealthChanged(DETECTOR, Health.OK, "", "")
    assert gate_of(DETECTOR).incoming(said(message, "vision")).message == message


def test_it_answers_only_to_who_asked_and_only_what_its_actor_answers() -> None:
    gate = gate_of(LOCAL_LLM)
    asked = Envelope("llm", 1, 9, LOCAL_LLM, WhereIsLocalModel())
    gate.outgoing(asked)
    answer = LocalModelUnavailable("none")
    assert gate.incoming(said(answer, "llm", LOCAL_LLM, answers=asked.id)).message == answer
    for message, to in ((answer, "users"), (LOOKED, "llm")):
        with pytest.raises(Forbidden):
            gate.incoming(said(message, to, LOCAL_LLM, answers=asked.id))


def test_what_may_be_answered_is_remembered_for_so_many_messages() -> None:
    gate = gate_of(LOCAL_LLM)
    asked = [Envelope("llm", 1, n, LOCAL_LLM, Ping()) for n in range(REMEMBERED + 1)]
    for envelope in asked:
        gate.outgoing(envelope)
    with pytest.raises(Forbidden):
        gate.incoming(said(Pong(LOCAL_LLM, 3), "llm", LOCAL_LLM, answers=asked[0].id))
    assert gate.incoming(said(Pong(LOCAL_LLM, 3), "llm", LOCAL_LLM, answers=asked[1].id))


def test_a_dead_letter_must_be_of_its_own_mail() -> None:
    gate = gate_of(DETECTOR)
    assert gate.buried(said(Ping(), DETECTOR, sender=USERS)).recipient == DETECTOR
    with pytest.raises(Forbidden):
        gate.buried(said(Ping(), USERS, sender=CONVERSATION))


def test_it_gets_the_secrets_of_its_sections_and_never_the_key_of_what_is_remembered() -> None:
    reveal = gate_of(LOCAL_LLM).only_its_secrets(lambda key: f"the secret at {key}")
    assert reveal("llm.api_key") == "the secret at llm.api_key"
    for key in ("vrchat.password", SEALER, "llmx.api_key"):
        with pytest.raises(KeyError):
            reveal(key)


def test_times_of_another_machine_are_not_taken_for_this_ones() -> None:
    gate = gate_of(DETECTOR)
    assert gate.incoming(encode(Envelope(DETECTOR, 3, 1, TRACKER, LOOKED, sent_at=5.0))).sent_at == 0.0


def test_every_actor_that_may_leave_has_a_permission_and_no_other() -> None:
    assert set(PERMISSIONS) == PLACEABLE


@pytest.mark.parametrize("address", sorted(PERMISSIONS))
def test_whatever_the_actors_code_sends_is_permitted(address: str) -> None:
    """Names of messages that are made within a `tell`, `ask` or `reply` of its room's code."""
    permission = PERMISSIONS[address]
    known = {cls.__name__ for types in permission.to.values() for cls in types}
    known |= {cls.__name__ for cls in permission.answers | permission.to_anybody}
    folder = {
        "speech.recognizer": ("actors.speech.recognizer", "actors.speech.listening.transcripts"),
        "speech.synthesizer": ("actors.speech.synthesizer",),
        "llm.local": ("actors.llm.local",),
        "vision.detector": ("actors.vision.detector.detector",),
        "vision.reader": ("actors.vision.reader.reader",),
        "vision.depth": ("actors.vision.depth.depth",),
    }[address]
    for module in folder:
        for name in sent_in(import_module(module)):
            assert name in known, (
                f"{module} sends {name}, which supervisor/hosts/permissions.py does not permit"
            )


def sent_in(module: ModuleType) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("tell", "_tell", "ask", "reply"):
            for argument in node.args:
                if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name):
                    found.add(argument.func.id)
    return {name for name in found if vars(module).get(name) in registered().values()}


def test_the_model_says_where_it_is_reached() -> None:
    assert LocalModelReady in PERMISSIONS[LOCAL_LLM].to["llm"]
