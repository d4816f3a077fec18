"""The one place that names every actor: the supervision tree, built from the configuration.

Classes are named by strings, so that a process imports only the actors that it runs; a test resolves them all.
"""

import msgspec

from actors.kernel.mailbox import Full
from config.schema import Config
from supervisor.otp.spec import (
    Backoff,
    ChildSpec,
    OnGiveUp,
    ProcessSettings,
    Start,
    Strategy,
    SupervisorSpec,
)

__all__ = ["tree"]


def tree(config: Config, *, text: bool = False) -> SupervisorSpec:
    """Gerald's tree, as `config` wants it. text: Gerald neither hears nor speaks aloud, it reads and writes."""
    silent = "switched off by --text" if text else ""
    groups = (
        _group(config, "core", _core(), Start.IN_ORDER, OnGiveUp.ESCALATE),
        _group(config, "state", _state(), Start.AT_ONCE, OnGiveUp.ESCALATE),
        _group(config, "mind", _mind(silent), Start.AT_ONCE, OnGiveUp.DEGRADE),
        _group(config, "body", _body(silent), Start.AT_ONCE, OnGiveUp.DEGRADE),
        _group(config, "vision", _vision(config), Start.AT_ONCE, OnGiveUp.DEGRADE),
    )
    return SupervisorSpec(
        "root",
        Strategy.REST_FOR_ONE,
        groups,
        Start.IN_ORDER,
        config.supervision.intensity,
        config.supervision.period,
        _backoff(config),
    )


def _core() -> tuple[ChildSpec, ...]:
    return (
        ChildSpec(
            "persistence",
            "actors.persistence.persistence:Persistence",
            ("storage", "performance", "home", "sealer"),
        ),
        ChildSpec(
            "configuration", "actors.configuration.configuration:Configuration", ("configuration_store",)
        ),
    )


def _state() -> tuple[ChildSpec, ...]:
    # VRChat's floats come in bursts: the newest are worth more than the oldest.
    return (
        ChildSpec("conversation", "actors.conversation.conversation:Conversation", ("bot", "speech")),
        ChildSpec("users", "actors.users.users:Users"),
        ChildSpec("world", "actors.world.world:World"),
        ChildSpec("avatar", "actors.avatar.avatar:Avatar", full=Full.DROP_OLDEST),
        ChildSpec("system", "actors.system.system:System", ("home",), full=Full.DROP_OLDEST),
    )


def _mind(silent: str) -> tuple[ChildSpec, ...]:
    return (
        ChildSpec(
            "speech.recognizer",
            "actors.speech.recognizer:Recognizer",
            ("speech", "home"),
            full=Full.DROP_OLDEST,
            disabled_reason=silent,
        ),
        ChildSpec("llm", "actors.llm.llm:LanguageModel", ("llm", "performance", "bot", "speech")),
        ChildSpec("llm.local", "actors.llm.local:LocalModel", ("llm", "home")),
        ChildSpec(
            "speech.synthesizer",
            "actors.speech.synthesizer:Synthesizer",
            ("speech", "audio", "home"),
            disabled_reason=silent,
        ),
    )


def _body(silent: str) -> tuple[ChildSpec, ...]:
    return (
        ChildSpec("osc.receiver", "actors.osc.receiver:Receiver", ("osc",)),
        ChildSpec("osc.sender", "actors.osc.sender:Sender", ("osc",)),
        ChildSpec(
            "audio.microphone",
            "actors.audio.microphone:Microphone",
            ("audio", "home"),
            disabled_reason=silent,
        ),
        ChildSpec("audio.speaker", "actors.audio.speaker:Speaker", ("audio", "home"), disabled_reason=silent),
        ChildSpec("world.log", "actors.world.log:WorldLog", ("vrchat", "home")),
    )


def _vision(config: Config) -> tuple[ChildSpec, ...]:
    off = "" if config.computer_vision.enabled else "computer_vision.enabled is false"
    sees = ("computer_vision", "frames")
    return (
        ChildSpec("vision.camera", "actors.vision.camera:Camera", (*sees, "home"), disabled_reason=off),
        ChildSpec("vision.detector", "actors.vision.detector:Detector", sees, disabled_reason=off),
    )


def _group(
    config: Config, address: str, children: tuple[ChildSpec, ...], start: Start, on_give_up: OnGiveUp
) -> SupervisorSpec:
    supervision = config.supervision
    return SupervisorSpec(
        address,
        Strategy.ONE_FOR_ONE,
        tuple(_configured(config, child) for child in children),
        start,
        supervision.intensity,
        supervision.period,
        _backoff(config),
        on_give_up,
    )


def _configured(config: Config, child: ChildSpec) -> ChildSpec:
    settings = config.actor(child.address)
    return msgspec.structs.replace(
        child,
        pin=settings.pin,
        process=ProcessSettings(
            settings.cpus, settings.nice, tuple(sorted(settings.env.items())), settings.standby
        ),
        instances=settings.instances,
        balance=settings.balance,
        patience=settings.patience,
        memory_limit=settings.memory_limit,
        start_timeout=config.supervision.start_timeout,
        stop_timeout=config.supervision.stop_timeout,
    )


def _backoff(config: Config) -> Backoff:
    s = config.supervision
    return Backoff(s.backoff_initial, s.backoff_max, s.backoff_reset)
