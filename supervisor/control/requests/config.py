"""Requests about the configuration: reload, set, unset, and what differs."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import filelock
import msgspec

from actors.configuration.messages import CONFIGURATION, Reload, ReloadEnded
from config.changes import EVERYTHING
from config.home import shown_path
from config.layers.environment import split_key
from config.layers.save_override import save_override
from config.layers.source import Reading
from config.ownership import trouble
from config.schema.walk import field_at, is_secret, section_at
from config.secrets.key_file import EncryptionKeyError, KeySource
from config.syntax.errors import ConfigurationError, LoadError
from config.tools.explain import value_in
from config.tools.in_force import values_in_force
from config.tools.secrets_change import NoSecretsFile, changed_secret
from config.validation.messages import unknown_key
from supervisor.control.ask import answer_of
from supervisor.control.wire import RequestRefused
from supervisor.runtime.runtime import Runtime

Answers = Iterator[Mapping[str, Any]]
WITHIN = 15.0


def key_refused(key: str) -> str:
    """Why a key cannot be set: it does not exist, is a section or is a secret; "" if it can."""
    path = split_key(key)
    if section_at(path) is not None or (path[0] == "actors" and len(path) < 3):
        return f"{key} is a section: set its keys one by one"
    if field_at(path) is None:
        message, hint = unknown_key(path)
        return f"{key or 'an empty key'}: {message}. {hint}".strip()
    if not is_secret(path):
        return ""
    return f"{key} is a secret: `supervisor secrets set {key}` keeps it out of your shell's history"


def _get(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """The value in force of one key."""
    key = str(request.get("key") or "")
    if why := key_refused(key):
        raise RequestRefused(why)
    yield {"key": key, "value": value_in(runtime.config, split_key(key))}


def _reload(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    yield msgspec.to_builtins(_reloaded(runtime, 0))


def _set(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Set a runtime override and reload; with `save`, write it into data/overrides.yaml."""
    key, value, store = str(request.get("key") or ""), request.get("value"), runtime.configuration_store
    text = None if value is None else str(value)
    if why := key_refused(key):
        raise RequestRefused(why)
    if text is None and key not in store.runtime and not request.get("save"):
        where = f"`supervisor config explain {key}` says where it comes from"
        raise RequestRefused(f"{key} has no runtime override; {where}")
    number = store.propose(key, text)
    ended = _reloaded(runtime, number)
    store.forget(number)
    if ended.outcome == "refused":
        raise RequestRefused("\n".join(ended.problems))
    if not request.get("save"):
        yield msgspec.to_builtins(ended)
        return
    ended = _saved(runtime, key, text, ended)
    assert store.home is not None
    yield {**msgspec.to_builtins(ended), "saved": str(store.home.overrides_file)}


def _saved(runtime: Runtime, key: str, text: str | None, ended: ReloadEnded) -> ReloadEnded:
    """Move the override from this process into the file."""
    home = runtime.configuration_store.home
    if home is None:
        raise RequestRefused("this instance was started without files")
    try:
        save_override(home, key, text)
    except (OSError, LoadError) as error:
        why = trouble(error, home.overrides_file) if isinstance(error, OSError) else str(error)
        raise RequestRefused(f"it is in force, but could not be saved: {why}") from None
    after = _reloaded(runtime, runtime.configuration_store.propose(key, None))
    return ended if after.outcome == "unchanged" else after


def _reloaded(runtime: Runtime, proposal: int) -> ReloadEnded:
    answer = answer_of(runtime, CONFIGURATION, Reload(proposal), WITHIN)
    assert isinstance(answer, ReloadEnded)
    return answer


def _preview(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """What `config-set` would change and start again; nothing is changed."""
    key, value = str(request.get("key") or ""), request.get("value")
    if why := key_refused(key):
        raise RequestRefused(why)
    found = runtime.configuration_store.preview(key, None if value is None else str(value))
    changes = [{"key": one, "before": before, "after": after} for one, before, after in found.changes]
    by_hand = EVERYTHING in found.restarts
    restarts = [address for address in found.restarts if address != EVERYTHING]
    yield {"problems": list(found.problems), "changes": changes, "restarts": restarts, "by_hand": by_hand}


def _values(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Every value in force with the layer it comes from; with `key` only that one. Secrets are masked."""
    store, key = runtime.configuration_store, str(request.get("key") or "")
    if key and field_at(split_key(key)) is None:
        message, hint = unknown_key(split_key(key))
        raise RequestRefused(f"{key}: {message}. {hint}".strip())
    reading = store.sources()
    result = reading.result if isinstance(reading, Reading) else None
    saved_in = shown_path(store.home.overrides_file) if store.home is not None else ""
    found = values_in_force(store.config, result, saved_in, split_key(key) if key else ())
    plain = [{**msgspec.to_builtins(one), "runtime": one.key in store.runtime} for one in found]
    yield {**store.status(), "values": plain}


def _secret(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Put a secret into the secrets file, or with None take it out, and reload. No answer and no log has the value."""
    key, value, store = str(request.get("key") or ""), request.get("value"), runtime.configuration_store
    if store.home is None:
        raise RequestRefused("this instance was started without files")
    if not is_secret(split_key(key)) or section_at(split_key(key)) is not None:
        raise RequestRefused(f"{key or 'an empty key'} is no secret")
    with _told(), changed_secret(store.home, KeySource(store.environ), key) as change:
        change.drop() if value is None else change.put(str(value))
    ended = _reloaded(runtime, 0)
    if ended.outcome == "refused":
        raise RequestRefused("\n".join(("it is stored, but not in force:", *ended.problems)))
    yield msgspec.to_builtins(ended)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Refuses the request with what keeps the secrets file from being changed."""
    try:
        yield
    except (NoSecretsFile, ConfigurationError) as error:
        raise RequestRefused(str(error)) from None
    except EncryptionKeyError as error:
        raise RequestRefused(f"{error}. {error.hint}".strip()) from None
    except KeyError as error:
        raise RequestRefused(f"there is no secret {error.args[0]}") from None
    except filelock.Timeout:
        raise RequestRefused("another command is changing the secrets; try again when it is done") from None
    except OSError as error:
        raise RequestRefused(trouble(error, error.filename or "the secrets")) from None


def _diff(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    problems, changes = runtime.configuration_store.difference()
    version = runtime.configuration_store.version
    yield {"version": version, "problems": list(problems), "changes": list(changes)}


def _overrides(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    yield {"runtime": runtime.configuration_store.runtime}


CONFIG_REQUESTS = {
    "config-get": _get,
    "config-reload": _reload,
    "config-set": _set,
    "config-diff": _diff,
    "config-preview": _preview,
    "config-values": _values,
    "secret-set": _secret,
    "config-runtime": _overrides,
}
