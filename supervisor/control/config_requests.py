"""What can be asked about the configuration of a running instance: reload, set, unset, and what differs."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from actors.configuration.messages import CONFIGURATION, Reload, ReloadEnded
from config.layers.environment import split_key
from config.layers.save_override import save_override
from config.schema.walk import field_at, is_secret, section_at
from config.syntax.errors import LoadError
from config.validation.messages import unknown_key
from supervisor.control.ask import answer_of
from supervisor.control.wire import RequestRefused
from supervisor.runtime.runtime import Runtime

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


def _reload(system: Runtime, request: Mapping[str, Any]) -> Answers:
    yield msgspec.to_builtins(_reloaded(system, 0))


def _set(system: Runtime, request: Mapping[str, Any]) -> Answers:
    """A runtime override, tried by a reload of everything; with `save` it goes to data/overrides.yaml."""
    key, text = str(request.get("key") or ""), request.get("value")
    if why := key_refused(key):
        raise RequestRefused(why)
    if text is None and key not in system.configuration_store.runtime and not request.get("save"):
        raise RequestRefused(
            f"{key} has no runtime override; `supervisor config explain {key}` says where it comes from"
        )
    number = system.configuration_store.propose(key, None if text is None else str(text))
    ended = _reloaded(system, number)
    system.configuration_store.forget(number)
    if ended.outcome == "refused":
        raise RequestRefused("\n".join(ended.problems))
    if request.get("save"):
        ended = _saved(system, key, None if text is None else str(text), ended)
    yield msgspec.to_builtins(ended)


def _saved(system: Runtime, key: str, text: str | None, ended: ReloadEnded) -> ReloadEnded:
    """Into the file, and out of the overrides of this process alone."""
    home = system.configuration_store.home
    if home is None:
        raise RequestRefused("this instance was started without files")
    try:
        save_override(home, key, text)
    except (OSError, LoadError) as error:
        raise RequestRefused(f"it is in force, and could not be saved: {error}") from None
    after = _reloaded(system, system.configuration_store.propose(key, None))
    return ended if after.outcome == "unchanged" else after


def _reloaded(system: Runtime, proposal: int) -> ReloadEnded:
    answer = answer_of(system, CONFIGURATION, Reload(proposal), WITHIN)
    assert isinstance(answer, ReloadEnded)
    return answer


def _diff(system: Runtime, request: Mapping[str, Any]) -> Answers:
    problems, changes = system.configuration_store.difference()
    yield {
        "version": system.configuration_store.version,
        "problems": list(problems),
        "changes": list(changes),
    }


def _runtime(system: Runtime, request: Mapping[str, Any]) -> Answers:
    yield {"runtime": system.configuration_store.runtime}


CONFIGURE = {"config-reload": _reload, "config-set": _set, "config-diff": _diff, "config-runtime": _runtime}
