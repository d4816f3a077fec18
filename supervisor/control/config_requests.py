"""What can be asked about the configuration of a running instance: reload, set, unset, and what differs."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from actors.configuration.messages import Reload, ReloadEnded
from actors.kernel.errors import AskError
from config.layers.environment import split_key
from config.layers.save_override import save_override
from config.schema.walk import field_at, is_secret
from config.syntax.errors import LoadError
from config.tools.explain import section_at
from config.validation.messages import unknown_key
from supervisor.control.wire import Refused
from supervisor.runtime.runtime import System

__all__ = ["CONFIGURE", "key_refused"]

Answers = Iterator[Mapping[str, Any]]
WITHIN = 15.0


def key_refused(key: str) -> str:
    """Why a key cannot be set: there is none, it is a whole section, or a secret; "" for any other."""
    path = split_key(key)
    if section_at(path) is not None or (path[0] == "actors" and len(path) < 3):
        return f"{key} is a section: set its keys one by one"
    if field_at(path) is None:
        message, hint = unknown_key(path)
        return f"{key or 'an empty key'}: {message}. {hint}".strip()
    if not is_secret(path):
        return ""
    return f"{key} is a secret: `supervisor secrets set {key}` keeps it out of your shell's history"


def _reload(system: System, request: Mapping[str, Any]) -> Answers:
    yield msgspec.to_builtins(_reloaded(system, 0))


def _set(system: System, request: Mapping[str, Any]) -> Answers:
    """A runtime override, tried by a reload of everything; with `save` it goes to data/overrides.yaml."""
    key, text = str(request.get("key") or ""), request.get("value")
    if why := key_refused(key):
        raise Refused(why)
    if text is None and key not in system.desk.runtime and not request.get("save"):
        raise Refused(
            f"{key} has no runtime override; `supervisor config explain {key}` says where it comes from"
        )
    number = system.desk.propose(key, None if text is None else str(text))
    ended = _reloaded(system, number)
    system.desk.forget(number)
    if ended.outcome == "refused":
        raise Refused("\n".join(ended.problems))
    if request.get("save"):
        ended = _saved(system, key, None if text is None else str(text), ended)
    yield msgspec.to_builtins(ended)


def _saved(system: System, key: str, text: str | None, ended: ReloadEnded) -> ReloadEnded:
    """Into the file, and out of the overrides of this process alone."""
    home = system.desk.home
    if home is None:
        raise Refused("this instance was started without files")
    try:
        save_override(home, key, text)
    except (OSError, LoadError) as error:
        raise Refused(f"it is in force, and could not be saved: {error}") from None
    after = _reloaded(system, system.desk.propose(key, None))
    return ended if after.outcome == "unchanged" else after


def _reloaded(system: System, proposal: int) -> ReloadEnded:
    try:
        answer = system.outside.answer("configuration", Reload(proposal), WITHIN)
    except AskError as error:
        raise Refused(f"configuration: {error}") from None
    assert isinstance(answer, ReloadEnded)
    return answer


def _diff(system: System, request: Mapping[str, Any]) -> Answers:
    problems, changes = system.desk.difference()
    yield {"version": system.desk.version, "problems": list(problems), "changes": list(changes)}


def _runtime(system: System, request: Mapping[str, Any]) -> Answers:
    yield {"runtime": system.desk.runtime}


CONFIGURE = {"config-reload": _reload, "config-set": _set, "config-diff": _diff, "config-runtime": _runtime}
