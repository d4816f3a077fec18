"""The operations of the API: one table, of which the routes and the OpenAPI document are made.

Each is a request to the control socket that a command makes too; there is nothing that only the API can do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from actors.behaviour.messages import BEHAVIOUR
from supervisor.control.mute import MUTES
from supervisor.metrics.families import families
from supervisor.metrics.family import plain
from supervisor.page.api.fields import LONG, BadRequest, Field

Values = Mapping[str, Any]
Requests = Callable[[Values], tuple[Values, ...]]


@dataclass(frozen=True, slots=True)
class Operation:
    """name: unique. command: which does the same. acts: it may change something, so a token that may only look is
    refused. private: it tells what people said, so that one is refused as well. streams: the answer comes in parts.
    requests: to the control socket, one after the other, made of the fields' values, which they may refuse by
    BadRequest; the last answer counts. answer: what is made of it. within: seconds."""

    name: str
    method: str
    path: str
    about: str
    command: str
    requests: Requests
    fields: tuple[Field, ...] = ()
    acts: bool = False
    private: bool = False
    streams: bool = False
    answer: Callable[[dict[str, Any]], Any] = dict
    within: float = 15.0


def _do(do: str, **more: Any) -> Requests:
    """The request `do` with the fields as they are."""
    return lambda values: ({"do": do, **more, **values},)


def _to(kind: str, **renamed: str) -> Requests:
    """Ask the behaviour with a message of `kind`. renamed: fields of the message by ours."""
    return lambda values: (
        {
            "do": "ask",
            "address": BEHAVIOUR,
            "type": kind,
            "message": {renamed.get(name, name): value for name, value in values.items()},
        },
    )


def _muting(values: Values) -> tuple[Values, ...]:
    value = "true" if values["muted"] else "false"
    return tuple(
        {"do": "config-set", "key": key, "value": value, "save": False} for key in MUTES[values["what"]]
    )


def _correcting(values: Values) -> tuple[Values, ...]:
    if bool(values.get("drop")) == bool(values.get("to", "").strip()):
        raise BadRequest("say either `to`, what is true, or `drop`")
    return ({"do": "correct", "name": values["name"], "what": values["what"], "to": values.get("to", "")},)


def _message(answer: dict[str, Any]) -> Any:
    return answer["message"]


TEXT = Field("text", "What is said.", required=True, most=LONG)
ADDRESS = Field("address", "An actor, such as conversation.", place="path", required=True)
NAME = Field("name", "The person's name or id.", place="path", required=True)
KEY = Field("key", "A key, such as llm.temperature.", place="path", required=True)
SAVE = Field("save", "Keep it beyond this run.", "boolean")
TYPE = Field("type", "The message's type.", required=True)
MESSAGE = Field("message", "Its fields.", "object")

OPERATIONS = (
    Operation("getStatus", "GET", "/status", "How the instance and every actor is.", "status", _do("status")),
    Operation(
        "getMetrics",
        "GET",
        "/metrics",
        "What it counts and measures; /metrics has the same for Prometheus.",
        "metrics",
        _do("metrics"),
        answer=lambda facts: plain(families(facts)),
    ),
    Operation(
        "talk",
        "POST",
        "/talk",
        "Say something to Gerald; the reply comes sentence by sentence.",
        "talk",
        _do("talk"),
        (TEXT, Field("as", "Who says it; nobody that it knows if this is missing.")),
        acts=True,
        streams=True,
    ),
    Operation(
        "say",
        "POST",
        "/say",
        "Have Gerald say this, word by word; the sentences come as they are said.",
        "say",
        _do("say"),
        (TEXT,),
        acts=True,
        streams=True,
    ),
    Operation("hush", "POST", "/hush", "Stop talking.", "hush", _do("hush"), acts=True),
    Operation(
        "tell",
        "POST",
        "/actors/{address}/tell",
        "Send an actor a message.",
        "tell",
        _do("tell"),
        (ADDRESS, TYPE, MESSAGE),
        acts=True,
    ),
    Operation(
        "ask",
        "POST",
        "/actors/{address}/ask",
        "Send an actor a message; its answer.",
        "ask",
        _do("ask"),
        (ADDRESS, TYPE, MESSAGE),
        acts=True,
    ),
    Operation(
        "getConfigDifference",
        "GET",
        "/config/diff",
        "What would change if the files were taken over now.",
        "config diff",
        _do("config-diff"),
    ),
    Operation(
        "reloadConfig",
        "POST",
        "/config/reload",
        "Take the files over now.",
        "config reload",
        _do("config-reload"),
        acts=True,
        within=30.0,
    ),
    Operation(
        "getConfig",
        "GET",
        "/config/{key}",
        "The value of a key that is in force. Secrets are never told.",
        "config get",
        _do("config-get"),
        (KEY,),
    ),
    Operation(
        "setConfig",
        "POST",
        "/config/{key}",
        "Set a key, all or nothing; the outcome says what was restarted for it.",
        "config set",
        _do("config-set"),
        (KEY, Field("value", "The new value.", "scalar", required=True, most=LONG), SAVE),
        acts=True,
        within=30.0,
    ),
    Operation(
        "unsetConfig",
        "POST",
        "/config/{key}/unset",
        "Take back what was set for a key.",
        "config unset",
        _do("config-set", value=None),
        (KEY, SAVE),
        acts=True,
        within=30.0,
    ),
    Operation(
        "listUsers",
        "GET",
        "/users",
        "Some of the people that Gerald remembers, and who is here.",
        "users list",
        _do("people"),
        (
            Field("search", "Only those whose name has this.", place="query"),
            Field("first", "How many to leave out.", "integer", "query", most=10**9),
            Field("count", "How many at most.", "integer", "query", most=1000),
        ),
    ),
    Operation(
        "showUser",
        "GET",
        "/users/{name}",
        "What is remembered of somebody.",
        "users show",
        _do("person"),
        (NAME,),
        private=True,
        within=30.0,
    ),
    Operation(
        "forgetUser",
        "POST",
        "/users/{name}/forget",
        "Erase somebody. It answers when that is on disk.",
        "users forget",
        _do("forget"),
        (NAME,),
        acts=True,
        within=40.0,
    ),
    Operation(
        "blockUser",
        "POST",
        "/users/{name}/block",
        "Answer somebody no more, or again.",
        "users block",
        _do("block"),
        (NAME, Field("blocked", "false: answer them again.", "boolean")),
        acts=True,
        within=40.0,
    ),
    Operation(
        "correctUser",
        "POST",
        "/users/{name}/correct",
        "Correct or drop a fact of somebody, or the name that Gerald calls them by.",
        "users correct",
        _correcting,
        (
            NAME,
            Field("what", "The fact as it stands, or `called` for the name.", required=True, most=LONG),
            Field("to", "What is true.", most=LONG),
            Field("drop", "It is not true; forget it.", "boolean"),
        ),
        acts=True,
        within=40.0,
    ),
    Operation(
        "mergeUsers",
        "POST",
        "/users/{name}/merge",
        "Make one of two entries of the same person.",
        "users merge",
        lambda values: ({"do": "merge", "one": values["name"], "other": values["other"]},),
        (NAME, Field("other", "The other entry's name or id.", required=True)),
        acts=True,
        within=40.0,
    ),
    Operation(
        "look",
        "GET",
        "/look",
        "Who and what is seen; with a width also the picture, as Base64 of a JPEG.",
        "look",
        _do("look"),
        (Field("width", "Pixels at most; 0 for no picture.", "integer", "query", most=7680),),
    ),
    Operation(
        "lookFor",
        "POST",
        "/look",
        "Ask a model about the newest picture.",
        "look",
        _do("look_for"),
        (Field("question", "What to look for.", required=True, most=1000),),
        acts=True,
        within=70.0,
    ),
    Operation(
        "listActs",
        "GET",
        "/acts",
        "What the body can do, and what it does.",
        "act list",
        _to("GetActs"),
        answer=_message,
    ),
    Operation(
        "stopActs",
        "POST",
        "/acts/stop",
        "End everything that the body does.",
        "act stop",
        _to("StopActs"),
        acts=True,
        answer=_message,
    ),
    Operation(
        "act",
        "POST",
        "/acts",
        'Have the body do something, such as "wave" or "follow Anna".',
        "act",
        _to("MakeAct"),
        (Field("act", "What to do.", required=True),),
        acts=True,
        answer=_message,
    ),
    Operation(
        "mute",
        "POST",
        "/mute",
        "Mute the ears or the voice, or unmute them, until Gerald ends.",
        "mute",
        _muting,
        (
            Field("what", "Which.", required=True, choices=tuple(MUTES)),
            Field("muted", "false: hear, or be heard, again.", "boolean", required=True),
        ),
        acts=True,
        within=30.0,
    ),
)
