"""Checks of several keys together, and the form in which probes of the machine hand in what they find."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from config.schema import Config
from config.schema.hosts import endpoint_of
from config.schema.languages import AUTO
from config.schema.supervision import PLACEABLE, SHAREABLE
from config.syntax.problem import Key, Severity
from config.syntax.suggest import closest


class CrossCheckFinding(msgspec.Struct, frozen=True):
    """Something about the value at a key; the place is looked up later."""

    severity: Severity
    key: Key
    message: str
    hint: str = ""


Probe = Callable[[Config], Iterable[CrossCheckFinding]]

_REQUEST_PATHS = ("/chat/completions", "/completions", "/models", "/moderations")
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1", "0.0.0.0"))


def crosscheck(config: Config) -> Iterator[CrossCheckFinding]:
    """What is wrong between valid values; pure."""
    yield from _ports(config)
    yield from _vision(config)
    yield from _speech(config)
    yield from _llm(config)
    yield from _endpoint(config)
    yield from _models(config)
    yield from _moderation(config)
    yield from _trace(config)
    yield from _supervision(config)
    yield from _shared(config)
    yield from _account(config)
    yield from _hosts(config)


def _ports(config: Config) -> Iterator[CrossCheckFinding]:
    osc = config.osc
    if osc.input_port == osc.output_port and osc.output_host in _LOOPBACK:
        message = f"is osc.output_port too ({osc.output_port}): Gerald would receive what it sends"
        yield CrossCheckFinding(
            "error", ("osc", "input_port"), message, "VRChat sends to 9001 and listens on 9000."
        )


def _vision(config: Config) -> Iterator[CrossCheckFinding]:
    vision = config.computer_vision
    if vision.processing_fps > vision.capture_fps:
        message = f"is above capture_fps ({vision.capture_fps:g}): no picture is looked at twice"
        yield CrossCheckFinding("warning", ("computer_vision", "processing_fps"), message)
    if vision.enabled and vision.source == "none":
        message = "is on, and computer_vision.source is none: there is nothing to look at"
        yield CrossCheckFinding(
            "note", ("computer_vision", "enabled"), message, "Set source to screen, device or file:PATH."
        )


def _speech(config: Config) -> Iterator[CrossCheckFinding]:
    speech = config.speech
    if speech.min_speech >= speech.max_utterance:
        message = f"must be below speech.max_utterance ({speech.max_utterance:g} s)"
        yield CrossCheckFinding("error", ("speech", "min_speech"), message)
    if speech.languages and speech.language != AUTO:
        message = f"is not used: speech.language is {speech.language}"
        yield CrossCheckFinding("warning", ("speech", "languages"), message, "Set speech.language to auto.")


def _llm(config: Config) -> Iterator[CrossCheckFinding]:
    llm = config.llm
    if llm.local.max_tokens >= llm.local.context:
        message = f"must be below llm.local.context ({llm.local.context} tokens), which holds the prompt too"
        yield CrossCheckFinding("error", ("llm", "local", "max_tokens"), message)
    if llm.first_token_timeout > llm.total_timeout:
        message = f"is above llm.total_timeout ({llm.total_timeout:g} s), which ends the request first"
        yield CrossCheckFinding("warning", ("llm", "first_token_timeout"), message)


def _endpoint(config: Config) -> Iterator[CrossCheckFinding]:
    yield from _request_path(("llm", "base_url"), config.llm.base_url)


def _request_path(key: Key, url: str | None) -> Iterator[CrossCheckFinding]:
    base_url = (url or "").rstrip("/")
    if ending := next((ending for ending in _REQUEST_PATHS if base_url.endswith(ending)), ""):
        message = f"must not end in {ending}, which Gerald adds itself"
        yield CrossCheckFinding("error", key, message, f"Leave {ending} away.")


def _models(config: Config) -> Iterator[CrossCheckFinding]:
    llm, names = config.llm, [one.name for one in config.llm.models]
    for number, one in enumerate(llm.models):
        key: Key = ("llm", "models", number)
        yield from _request_path((*key, "base_url"), one.base_url)
        if one.name and one.name in names[:number]:
            message = f"is the name of server {names.index(one.name) + 1} of the list too"
            yield CrossCheckFinding("error", (*key, "name"), message)
        if one.api_key_name and not llm.api_keys.get(one.api_key_name):
            message = f"is {one.api_key_name}, which llm.api_keys does not have: no credential is sent"
            hint = f"Type `supervisor secrets set llm.api_keys.{one.api_key_name}`."
            yield CrossCheckFinding("warning", (*key, "api_key_name"), message, hint)
        if "see" in one.roles:
            message = "holds see: nothing asks a model to see yet"
            yield CrossCheckFinding("note", (*key, "roles"), message)
    if llm.models and not any("talk" in one.roles for one in llm.models):
        message = "has no server with the role talk: the embedded model answers"
        yield CrossCheckFinding("warning", ("llm", "models"), message)
    used = {one.api_key_name or one.name for one in llm.models}
    for name in llm.api_keys:
        if name not in used:
            yield CrossCheckFinding(
                "note", ("llm", "api_keys", name), "is the key of no server in llm.models"
            )


def _moderation(config: Config) -> Iterator[CrossCheckFinding]:
    moderation, key = config.safety.moderation, ("safety", "moderation")
    yield from _request_path((*key, "base_url"), moderation.base_url)
    if moderation.is_on:
        return
    for name in moderation.model_fields_set - {"base_url"}:
        if getattr(moderation, name) != type(moderation).model_fields[name].get_default():
            message = "does nothing: safety.moderation has no server, so nothing is judged before it is said"
            hint = "Set safety.moderation.base_url."
            yield CrossCheckFinding("warning", (*key, name), message, hint)


def _trace(config: Config) -> Iterator[CrossCheckFinding]:
    if config.trace.max_size > config.trace.keep:
        message = f"is above trace.keep ({config.trace.keep} bytes), which all segments share"
        yield CrossCheckFinding("error", ("trace", "max_size"), message)


def _supervision(config: Config) -> Iterator[CrossCheckFinding]:
    supervision = config.supervision
    if supervision.backoff_initial > supervision.backoff_max:
        message = f"is above supervision.backoff_max ({supervision.backoff_max:g} s)"
        yield CrossCheckFinding("error", ("supervision", "backoff_initial"), message)
    # The first restart is immediate; jitter may make a pause half as long again.
    pauses = (
        min(supervision.backoff_initial * 2**n, supervision.backoff_max)
        for n in range(supervision.intensity - 1)
    )
    if (waited := 1.5 * sum(pauses)) >= supervision.period:
        message = f"must be longer than the pauses between {supervision.intensity} failures ({waited:.1f} s)"
        yield CrossCheckFinding(
            "error", ("supervision", "period"), message, "Else the supervisor never gives up."
        )


def _shared(config: Config) -> Iterator[CrossCheckFinding]:
    """Actors that a service of the machine runs."""
    for address, actor in config.actors.items():
        if not actor.shared:
            continue
        key = ("actors", address, "shared")
        if address not in SHAREABLE:
            message = f"no service runs {address}: services run {', '.join(sorted(SHAREABLE))}"
            yield CrossCheckFinding("error", key, message, "Remove it.")
        elif actor.pin != "process":
            message = f"is for pin process only, and pin is {actor.pin}"
            yield CrossCheckFinding("error", key, message, f"Set actors.{address}.pin to process.")
        elif actor.instances > 1:
            message = f"is for one instance only, and instances is {actor.instances}"
            yield CrossCheckFinding("error", key, message, f"Set actors.{address}.instances to 1.")
        elif actor.standby:
            yield CrossCheckFinding(
                "note", ("actors", address, "standby"), "does nothing where shared is set"
            )


def _account(config: Config) -> Iterator[CrossCheckFinding]:
    """What the account cannot do, as it is configured."""
    vrchat = config.vrchat
    if vrchat.auto_friend_accept and not vrchat.api_enabled:
        key = ("vrchat", "auto_friend_accept")
        yield CrossCheckFinding("note", key, "does nothing while vrchat.api_enabled is false")
    missing = [name for name in ("username", "contact") if not getattr(vrchat, name)]
    if vrchat.api_enabled and missing:
        names = " and ".join(f"vrchat.{name}" for name in missing)
        hint = "Without it no request is sent to VRChat."
        yield CrossCheckFinding("note", ("vrchat", "api_enabled"), f"needs {names}", hint)


def _hosts(config: Config) -> Iterator[CrossCheckFinding]:
    """Actors that are to run on other machines, and the machines."""
    machines = config.hosts.machines
    for address, actor in config.actors.items():
        if actor.pin.startswith("host:"):
            yield from _pinned_elsewhere(config, address)
        elif actor.labels:
            message = "do nothing: pin is not host:*"
            yield CrossCheckFinding("warning", ("actors", address, "labels"), message)
    for name, machine in machines.items():
        key: Key = ("hosts", "machines", name)
        if name == "home":
            yield CrossCheckFinding("error", key, "is what the home itself is called", "Name it otherwise.")
        for address in machine.most.keys() - PLACEABLE:
            message = (
                f"is of an actor that runs on this machine only; others are {', '.join(sorted(PLACEABLE))}"
            )
            yield CrossCheckFinding("error", (*key, "most", address), message)
    if config.hosts.listen and config.page.enabled:
        where, port = endpoint_of(config.hosts.listen)
        if port == config.page.port and where in (config.page.host, "0.0.0.0", "::"):
            message = f"is page.port too ({port})"
            yield CrossCheckFinding("error", ("hosts", "listen"), message, "Choose another port.")


def _pinned_elsewhere(config: Config, address: str) -> Iterator[CrossCheckFinding]:
    """At most one finding: the first that keeps it from running there."""
    actor, machines = config.actors[address], config.hosts.machines
    pin, labels = ("actors", address, "pin"), set(actor.labels)
    name = actor.pin.removeprefix("host:")
    fitting = [
        one for one, machine in machines.items() if name in ("*", one) and labels <= set(machine.labels)
    ]
    most = sum(machines[one].most.get(address, actor.instances) for one in fitting)
    if address not in PLACEABLE:
        message = f"is {actor.pin}, and {address} keeps what no other machine has"
        yield CrossCheckFinding("error", pin, message, "Use thread or process.")
    elif name != "*" and name not in machines:
        meant = closest(name, tuple(machines))
        hint = f"Did you mean 'host:{meant}'?" if meant else f"Name {name} in hosts.machines."
        yield CrossCheckFinding("error", pin, f"is {actor.pin}, and hosts.machines has no {name}", hint)
    elif not fitting:
        wanted = f" with the labels {', '.join(actor.labels)}" if labels else ""
        message = f"is {actor.pin}, and hosts.machines has none{wanted}"
        yield CrossCheckFinding("error", pin, message)
    elif not config.hosts.listen:
        message = f"is {actor.pin}, and no host can come: hosts.listen is empty"
        yield CrossCheckFinding("warning", pin, message, "Set hosts.listen, such as to 0.0.0.0:7447.")
    elif most < actor.instances:
        message = f"is {actor.instances}, and the hosts take at most {most} of {address}"
        yield CrossCheckFinding("warning", ("actors", address, "instances"), message)
