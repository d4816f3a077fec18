"""The tree is whole: every address, every class resolvable, every start argument a real section."""

import inspect
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from actors.avatar.messages import AVATAR
from actors.configuration.store import ConfigurationStore
from actors.kernel.actor import Actor
from actors.kernel.media.frames import RingAddress
from actors.kernel.protocol.storage import PERSISTENCE
from actors.kernel.state.domain import DomainActor
from actors.osc.messages import OSC_RECEIVER
from actors.persistence.messages import STOP_WITHIN
from actors.persistence.store.encryption import Encrypter
from actors.vision.messages import DEPTH
from config.schema import Config
from supervisor.cli.availability import known_actors
from supervisor.launcher import launcher
from supervisor.nodes.boot import actor_class
from supervisor.otp.spec import ChildSpec, OnGiveUp, Start, Strategy, SupervisorSpec, walk
from supervisor.runtime import runtime
from supervisor.tree import DOMAINS, LATE, PAGE, SPARE, tree
from tests.tools.loading import ROOT, tool

known_addresses = tool("addresses").known_addresses

Subscribers = Iterable[tuple[str, Iterable[str]]]
KINDS: dict[str, Any] = {
    "home": Path,
    "config": Config,
    "configuration_store": ConfigurationStore,
    "frames": RingAddress,
    "sealer": Encrypter,
    "subscribers": Subscribers,
    **{name: type(getattr(Config(), name)) for name in Config.model_fields},
}
SEEING = Config.model_validate({"computer_vision": {"enabled": True}})
PRESENT = [child for child in walk(tree(SEEING)) if not child.disabled_reason]


def test_every_address_that_a_room_declares_is_in_the_tree_and_no_other() -> None:
    in_the_tree = [child.address for child in walk(tree(Config()))]
    assert len(set(in_the_tree)) == len(in_the_tree)
    assert {*in_the_tree, "root"} == known_addresses(ROOT) | {PAGE}


def test_what_an_actor_wants_to_be_told_of_the_game_is_told_to_the_receiver_unless_it_is_off() -> None:
    def known(config: Config) -> list[str]:
        (receiver,) = (child for child in walk(tree(config)) if child.subscribers)
        assert receiver.address == OSC_RECEIVER
        return [address for address, _ in receiver.subscribers]

    for config in (Config(), SEEING):
        present = [child for child in walk(tree(config)) if not child.disabled_reason]
        assert known(config) == [child.address for child in present if child.osc]
    assert AVATAR in known(Config())
    assert DEPTH in known(SEEING)
    assert DEPTH not in known(Config())


def test_who_wants_no_distances_has_no_actor_for_them() -> None:
    def reason(vision: dict[str, bool]) -> str:
        config = Config.model_validate({"computer_vision": {"enabled": True} | vision})
        (depth,) = (child for child in walk(tree(config)) if child.address == DEPTH)
        return depth.disabled_reason

    assert reason({}) == ""
    assert reason({"depth_estimation": False}) == "computer_vision.depth_estimation is false"
    assert reason({"enabled": False}) == "computer_vision.enabled is false"


def test_the_domains_are_those_of_the_actors_that_keep_one() -> None:
    kept = [child for child in PRESENT if issubclass(actor_class(child.actor), DomainActor)]
    assert tuple(child.address for child in kept) == DOMAINS


@pytest.mark.parametrize("child", PRESENT, ids=lambda child: child.address)
def test_every_class_resolves_and_takes_the_arguments_that_the_tree_names(child: ChildSpec) -> None:
    module, _, name = child.actor.partition(":")
    cls = getattr(__import__(module, fromlist=[name]), name)
    assert issubclass(cls, Actor)
    cls.handlers()
    parameters = list(inspect.signature(cls).parameters.values())
    required = [parameter for parameter in parameters if parameter.default is inspect.Parameter.empty]
    assert len(required) <= len(child.arguments)
    hints = typing.get_type_hints(cls.__init__)
    for parameter, argument in zip(parameters, child.arguments, strict=False):
        hint = hints[parameter.name]
        kinds = typing.get_args(hint) or (hint,)
        assert KINDS[argument] in (hint, *kinds) or issubclass(KINDS[argument], kinds)


def test_the_groups_start_and_give_up_as_documented() -> None:
    root = tree(Config())
    assert root.strategy is Strategy.REST_FOR_ONE
    groups = [group for group in root.children if isinstance(group, SupervisorSpec)]
    assert [(g.address, g.on_give_up) for g in groups] == [
        ("core", OnGiveUp.ESCALATE),
        ("state", OnGiveUp.ESCALATE),
        ("mind", OnGiveUp.DEGRADE),
        ("body", OnGiveUp.DEGRADE),
        ("vision", OnGiveUp.DEGRADE),
        ("web", OnGiveUp.DEGRADE),
    ]
    assert groups[0].start is Start.IN_ORDER


def test_the_heavy_ones_are_pinned_to_processes_by_default() -> None:
    pins = {child.address: child.pin for child in PRESENT}
    assert {address for address, pin in pins.items() if pin == "process"} == {
        "speech.recognizer",
        "llm.local",
        "speech.synthesizer",
        "vision.camera",
        "vision.detector",
        "vision.reader",
        "vision.depth",
    }


def test_the_page_starts_when_everything_else_is_ready_and_not_at_all_when_it_is_off() -> None:
    def why(config: Config, complete: bool) -> str:
        (page,) = (child for child in walk(tree(config, complete=complete)) if child.address == PAGE)
        assert page.late
        return page.disabled_reason

    assert why(Config(), complete=False) == LATE
    assert why(Config(), complete=True) == ""
    off = Config.model_validate({"page": {"enabled": False}})
    assert why(off, complete=True) == why(off, complete=False) == "page.enabled is false"
    assert "page" in {
        child.address for child in walk(tree(Config(), safe=True, complete=True)) if not child.disabled_reason
    }


def test_settings_for_an_actor_that_does_not_exist_are_an_ordinary_warning() -> None:
    config = Config.model_validate(
        {"actors": {"vision.smell": {"pin": "process"}, "users": {"handler_timeout": 3}}}
    )
    (finding,) = known_actors()(config)
    assert (finding.severity, finding.key) == ("warning", ("actors", "vision.smell"))


def test_with_text_nothing_of_sound_is_run() -> None:
    disabled_reason = {
        child.address for child in walk(tree(Config(), text=True)) if "--text" in child.disabled_reason
    }
    assert disabled_reason == {"speech.recognizer", "speech.synthesizer", "audio.microphone", "audio.speaker"}


@pytest.mark.parametrize("configured", [0.1, 60.0])
def test_persistence_may_take_as_long_as_a_stop_of_it_needs_whatever_is_configured(configured: float) -> None:
    root = tree(Config.model_validate({"supervision": {"stop_timeout": configured}}))
    core = root.children[0]
    assert isinstance(core, SupervisorSpec)
    limits = {child.address: child.stop_timeout for child in walk(root)}
    assert limits[PERSISTENCE] == max(configured, STOP_WITHIN + SPARE)
    assert core.stop_timeout > sum(limits[child.address] for child in walk(core)), (
        "its actors stop one by one"
    )
    assert all(limit == configured for address, limit in limits.items() if address != PERSISTENCE)


def test_the_stop_of_everything_leaves_persistence_its_time_and_the_launcher_is_more_patient() -> None:
    core = tree(Config()).children[0]
    assert core.stop_timeout < runtime.STOP_WITHIN < launcher.STOP_WITHIN
