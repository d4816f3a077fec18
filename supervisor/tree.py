"""The supervision tree, built from the configuration: the one place that names every actor.

Classes are named as strings so that a node imports only what it hosts; a test resolves them all.
"""

from typing import TYPE_CHECKING

import msgspec

from actors.audio.messages import MICROPHONE, SPEAKER
from actors.avatar.messages import AVATAR, MOVEMENT
from actors.behaviour.messages import BEHAVIOUR
from actors.configuration.messages import CONFIGURATION
from actors.conversation.messages import CONVERSATION, WORD_LISTS
from actors.kernel.mailbox import Full
from actors.kernel.protocol.storage import PERSISTENCE
from actors.llm.messages import EYES, LLM, LOCAL_LLM, MODERATOR
from actors.osc.messages import EVERYTHING, OSC_GAME, OSC_QUERY, OSC_RECEIVER, OSC_SENDER
from actors.persistence.messages import STOP_WITHIN
from actors.speech.messages import RECOGNIZER, SYNTHESIZER
from actors.system.messages import SYSTEM
from actors.users.messages import USERS
from actors.vision.messages import CAMERA, DEPTH, DETECTOR, READER, TRACKER
from actors.vocabulary.backoff import Backoff
from actors.vrchat.messages import VRCHAT
from actors.world.messages import WORLD, WORLD_LOG
from config.plugins.discovery import installed_plugins, part_named, plugin_at
from config.plugins.plugin import ACTORS, RECOGNIZERS, SYNTHESIZERS, Part, Plugin
from supervisor.otp.messages import ROOT
from supervisor.otp.spec import ChildSpec, OnGiveUp, ProcessSettings, Start, Strategy, SupervisorSpec, walk

if TYPE_CHECKING:
    from config.schema import ActorSettings, Config

CORE = "core"
"""The supervisor of the actors that all others need."""

PLUGINS = "plugins"
"""The supervisor of the actors that plugins bring; there is none without."""

PAGE = "page"
LEFT_OUT = "left out by --safe"
LATE = "starts when everything else is ready"

SPARE = 1.0
"""Seconds that a stop may take beyond what it waits for."""


def tree(
    config: "Config", *, text: bool = False, safe: bool = False, complete: bool = False
) -> SupervisorSpec:
    """Gerald's tree as `config` asks. text: Gerald reads and writes, and neither hears nor speaks.

    safe: nothing but the store, the configuration, what is remembered and the page: no model, no device, no OSC.
    complete: with what starts when everything else is ready."""
    silent = "switched off by --text" if text else ""
    groups: tuple[SupervisorSpec, ...] = (
        _group(config, CORE, _core(), Start.IN_ORDER, OnGiveUp.ESCALATE),
        _group(config, "state", _state(), Start.AT_ONCE, OnGiveUp.ESCALATE),
        _group(config, "mind", _mind(config, silent), Start.AT_ONCE, OnGiveUp.DEGRADE),
        _group(config, "body", _body(config, silent), Start.AT_ONCE, OnGiveUp.DEGRADE),
        _group(config, "vision", _vision(config), Start.AT_ONCE, OnGiveUp.DEGRADE),
    )
    if plugged := _plugins(config):
        groups = (*groups, _group(config, PLUGINS, plugged, Start.AT_ONCE, OnGiveUp.DEGRADE))
    if safe:
        groups = (*groups[:2], *map(_left_out, groups[2:]))
    groups = (*groups, _group(config, "web", _web(config, complete), Start.AT_ONCE, OnGiveUp.DEGRADE))
    groups = _with_subscribers(groups)
    return _group(config, ROOT, groups, Start.IN_ORDER, OnGiveUp.ESCALATE, Strategy.REST_FOR_ONE)


def _core() -> tuple[ChildSpec, ...]:
    return (
        ChildSpec(
            PERSISTENCE,
            "actors.persistence.persistence:Persistence",
            ("storage", "performance", "home", "sealer"),
        ),
        ChildSpec(
            CONFIGURATION, "actors.configuration.configuration:Configuration", ("configuration_store",)
        ),
    )


def _state() -> tuple[ChildSpec, ...]:
    # VRChat's floats come in bursts: the newest are worth more than the oldest.
    return (
        ChildSpec(
            CONVERSATION,
            "actors.conversation.conversation:Conversation",
            ("bot", "speech", "conversation", "llm", "safety", "lore", "users", "behaviour"),
        ),
        ChildSpec(USERS, "actors.users.users:Users", ("bot", "memory")),
        ChildSpec(WORLD, "actors.world.world:World"),
        ChildSpec(AVATAR, "actors.avatar.avatar:Avatar", full=Full.DROP_OLDEST, osc=EVERYTHING),
        ChildSpec(SYSTEM, "actors.system.system:System", ("home",), full=Full.DROP_OLDEST),
    )


def _mind(config: "Config", silent: str) -> tuple[ChildSpec, ...]:
    unseeing = _why_nobody_looks(config)
    pictures = () if unseeing else ("frames",)
    unjudged = "" if config.safety.moderation.is_on else "safety.moderation.base_url is not set"
    hears = _engine(config, RECOGNIZERS, config.speech.recognizer)
    speaks = _engine(config, SYNTHESIZERS, config.speech.synthesizer)
    return (
        ChildSpec(
            RECOGNIZER,
            "actors.speech.plugged:PluggedRecognizer" if hears else "actors.speech.recognizer:Recognizer",
            (*hears, "speech", "home", "users", *(("sealer",) if config.users.voice_prints else ())),
            full=Full.DROP_OLDEST,
            disabled_reason=silent,
            sense=True,
        ),
        ChildSpec(LLM, "actors.llm.llm:LanguageModel", ("llm", "performance", "bot", "speech", "behaviour")),
        ChildSpec(WORD_LISTS, "actors.conversation.word_lists:WordLists", ("safety", "home")),
        ChildSpec(MODERATOR, "actors.llm.moderator:Moderator", ("safety", "llm"), disabled_reason=unjudged),
        ChildSpec(
            EYES,
            "actors.llm.eyes:Eyes",
            ("llm", "bot", "computer_vision", *pictures, "home"),
            disabled_reason=unseeing,
        ),
        ChildSpec(LOCAL_LLM, "actors.llm.local:LocalModel", ("llm", "home")),
        ChildSpec(
            SYNTHESIZER,
            "actors.speech.plugged:PluggedSynthesizer" if speaks else "actors.speech.synthesizer:Synthesizer",
            (*speaks, "speech", "audio", "home"),
            disabled_reason=silent,
        ),
    )


def _engine(config: "Config", group: str, name: str) -> tuple[str, ...]:
    """The section of the plugin whose engine is chosen; nothing where it is Gerald's own."""
    found = part_named(group, name)
    if found is None or config.plugins.why_off(found[0].name):
        return ()
    return (found[0].section,)


def _body(config: "Config", silent: str) -> tuple[ChildSpec, ...]:
    switch = config.behaviour.stop_parameter
    chosen = "osc.query is auto, and osc.input_port or osc.output_port says which game is meant"
    unannounced = (
        "" if config.osc.is_announced else "osc.query is off" if config.osc.query == "off" else chosen
    )
    return (
        ChildSpec(
            OSC_RECEIVER, "actors.osc.receiver:Receiver", ("osc", "subscribers", "behaviour"), sense=True
        ),
        ChildSpec(OSC_SENDER, "actors.osc.sender:Sender", ("osc",)),
        ChildSpec(
            OSC_QUERY,
            "actors.osc.query.query:OscQuery",
            ("osc", "home"),
            osc=("/avatar/change",),
            disabled_reason=unannounced,
            sense=True,
        ),
        ChildSpec(
            OSC_GAME,
            "actors.osc.game.game:Game",
            ("osc", "home", "behaviour"),
            osc=("/avatar/change", "MuteSelf", "Earmuffs"),
            sense=True,
        ),
        ChildSpec(
            MICROPHONE,
            "actors.audio.microphone:Microphone",
            ("audio", "speech", "home"),
            full=Full.DROP_OLDEST,
            disabled_reason=silent,
        ),
        ChildSpec(SPEAKER, "actors.audio.speaker:Speaker", ("audio", "home"), disabled_reason=silent),
        ChildSpec(
            BEHAVIOUR,
            "actors.behaviour.behaviour:Behaviour",
            ("behaviour", "speech", "bot"),
            osc=(switch,) if switch else (),
        ),
        ChildSpec(MOVEMENT, "actors.avatar.movement.movement:Movement", ("behaviour",)),
        ChildSpec(WORLD_LOG, "actors.world.log:WorldLog", ("vrchat", "home"), sense=True),
        ChildSpec(
            VRCHAT,
            "actors.vrchat.vrchat:VRChatAccount",
            ("vrchat", "home", *(("sealer",) if config.vrchat.api_enabled else ())),
            disabled_reason="" if config.vrchat.api_enabled else "vrchat.api_enabled is false",
            sense=True,
        ),
    )


def _why_nobody_looks(config: "Config") -> str:
    """Why no model is shown a picture, "" where one may be."""
    if not config.computer_vision.enabled:
        return "computer_vision.enabled is false"
    if not any("see" in server.roles for server in config.llm.models):
        return "no server of llm.models has the role see"
    return ""


def _vision(config: "Config") -> tuple[ChildSpec, ...]:
    off = "" if config.computer_vision.enabled else "computer_vision.enabled is false"
    estimates = config.computer_vision.depth_estimation
    sees = ("computer_vision", "frames")
    return (
        ChildSpec(
            CAMERA, "actors.vision.camera.camera:Camera", (*sees, "home"), disabled_reason=off, sense=True
        ),
        ChildSpec(
            DETECTOR,
            "actors.vision.detector.detector:Detector",
            (*sees, "home"),
            disabled_reason=off,
            sense=True,
        ),
        ChildSpec(READER, "actors.vision.reader.reader:Reader", ("frames",), disabled_reason=off, sense=True),
        ChildSpec(
            DEPTH,
            "actors.vision.depth.depth:Depth",
            (*sees, "home"),
            full=Full.DROP_OLDEST,
            osc=("Velocity[XYZ]", "AngularY"),
            disabled_reason=off or ("" if estimates else "computer_vision.depth_estimation is false"),
            sense=True,
        ),
        ChildSpec(
            TRACKER, "actors.vision.tracker.tracker:Tracker", ("computer_vision",), disabled_reason=off
        ),
    )


def _web(config: "Config", complete: bool) -> tuple[ChildSpec, ...]:
    off = "" if config.page.enabled else "page.enabled is false"
    return (
        ChildSpec(
            PAGE,
            "supervisor.page.page:Page",
            ("page", "home", "plugins"),
            disabled_reason=off or ("" if complete else LATE),
            late=True,
        ),
    )


def _plugins(config: "Config") -> tuple[ChildSpec, ...]:
    """The actors of installed plugins; those of a broken one only say that it is."""
    found = {
        part.name: _plugged(config, plugin, part)
        for plugin in installed_plugins()
        for part in plugin.of(ACTORS)
        if part.name in plugin.addresses
    }
    return tuple(found.values())


def _plugged(config: "Config", plugin: Plugin, part: Part) -> ChildSpec:
    declared = plugin.actor(part.name)
    return ChildSpec(
        part.name,
        part.target,
        () if plugin.broken else (plugin.section,),
        disabled_reason=config.plugins.why_off(plugin.name),
        osc=declared.parameters if declared is not None else (),
        sense=declared is not None and declared.sense,
        late=True,  # however it fails to start, Gerald is ready without it
    )


def _group(
    config: "Config",
    address: str,
    children: tuple[ChildSpec, ...] | tuple[SupervisorSpec, ...],
    start: Start,
    on_give_up: OnGiveUp,
    strategy: Strategy = Strategy.ONE_FOR_ONE,
) -> SupervisorSpec:
    s = config.supervision
    backoff = Backoff(s.backoff_initial, s.backoff_max, s.backoff_reset)
    configured = tuple(
        _configured(config, child) if isinstance(child, ChildSpec) else child for child in children
    )
    group = SupervisorSpec(address, strategy, configured, start, s.intensity, s.period, backoff, on_give_up)
    if address != CORE:
        return group
    # Its actors stop one after another, and persistence may take long.
    needed = sum(child.stop_timeout for child in walk(group)) + SPARE
    return msgspec.structs.replace(group, stop_timeout=max(group.stop_timeout, needed))


def _left_out(group: SupervisorSpec) -> SupervisorSpec:
    children = (msgspec.structs.replace(child, disabled_reason=LEFT_OUT) for child in walk(group))
    return msgspec.structs.replace(group, children=tuple(children))


def _with_subscribers(groups: tuple[SupervisorSpec, ...]) -> tuple[SupervisorSpec, ...]:
    """The groups, with every actor's `osc` given to the actors that take subscribers."""
    replace = msgspec.structs.replace
    actors = [child for group in groups for child in walk(group)]
    wishes = tuple((child.address, child.osc) for child in actors if child.osc and not child.disabled_reason)

    def informed(child: ChildSpec) -> ChildSpec:
        return replace(child, subscribers=wishes) if "subscribers" in child.arguments else child

    return tuple(replace(group, children=tuple(map(informed, walk(group)))) for group in groups)


def _configured(config: "Config", child: ChildSpec) -> ChildSpec:
    # Imported here: who reads the names of actors needs no pydantic.
    from config.schema.supervision import PLACEABLE

    settings = config.actor(child.address)
    return msgspec.structs.replace(
        child,
        pin=_pin(child, settings),
        process=ProcessSettings(
            settings.cpus,
            settings.nice,
            tuple(sorted(settings.env.items())),
            0 if settings.shared else settings.standby,
            settings.shared,
        ),
        placeable=child.address in PLACEABLE and "sealer" not in child.arguments,
        labels=settings.labels,
        elsewhere=settings.elsewhere,
        instances=settings.instances,
        routing_key=settings.routing_key,
        handler_timeout=settings.handler_timeout,
        memory_limit=settings.memory_limit,
        start_timeout=config.supervision.start_timeout,
        stop_timeout=max(config.supervision.stop_timeout, _LEAST.get(child.address, 0.0)),
    )


_LEAST: dict[str, float] = {PERSISTENCE: STOP_WITHIN + SPARE}
"""Seconds that a stop may take at least, whatever is configured: what is remembered is not lost to haste."""


def _pin(child: ChildSpec, settings: "ActorSettings") -> str:
    """A plugin's actors run in processes of their own unless the owner says otherwise."""
    plugin = plugin_at(child.address)
    if plugin is None or "pin" in settings.model_fields_set:
        return settings.pin
    return "thread" if plugin.broken else "process"


DOMAINS = tuple(child.address for child in _state())
"""The addresses of the actors that own what is remembered."""
