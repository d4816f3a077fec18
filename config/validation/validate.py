"""Checks a merged tree against the schema and reports every problem at the place where it was written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import pydantic
from pydantic_core import ErrorDetails

from config.plugins.plugin import RECOGNIZERS, SYNTHESIZERS
from config.schema import Config
from config.schema.speech import OWN_ENGINES, is_absent
from config.schema.walk import is_optional, is_text, names_at, unset_secret
from config.syntax.errors import ValidationError
from config.syntax.node import YamlNode, find, nearest, plain, problem_at
from config.syntax.problem import Key, Problem
from config.syntax.suggest import closest
from config.validation.cross_checks import CrossCheckFinding, Probe, crosscheck
from config.validation.interpolate import Interpolation
from config.validation.messages import refused, unknown_key
from config.validation.secret_spans import SecretSpans, hidden_texts


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """Everything that was found; `config` is None exactly if there is an error.

    tree: the winning value and place of every key, references replaced. layers: what it was merged from."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    config: Config | None
    tree: YamlNode = field(repr=False)
    layers: tuple[YamlNode, ...] = field(default=(), repr=False)

    @property
    def valid(self) -> bool:
        return not self.errors

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Errors first, then warnings, then notes."""
        return self.errors + self.warnings + self.notes

    def require(self) -> Config:
        """The configuration. Raises ValidationError with every error if there is none."""
        if self.config is None:
            raise ValidationError(self.errors)
        return self.config


def validate(
    tree: YamlNode,
    names: Mapping[str, str],
    probes: Sequence[Probe] = (),
    layers: tuple[YamlNode, ...] = (),
    notes: Iterable[Problem] = (),
) -> ValidationResult:
    """Replace `${NAME}` by `names`, check types, ranges and cross-checks, probe what is valid. notes: prior ones."""
    interpolation = Interpolation(names, unset_secret)
    tree = _typed(interpolation.run(tree) or YamlNode({}, tree.source), ())
    problems, config = _check(tree)
    problems += notes
    problems += _of_absent_plugins(tree) + _of_absent_engines(tree)
    # A file's own errors come first; only what is valid can be checked for more.
    lost = {
        problem.section for problem in (*problems, *interpolation.problems) if problem.severity == "error"
    }
    sound = config if config is not None else _sound(tree, lost)
    findings = [found for check in (crosscheck, *probes) for found in check(sound)]
    if findings:
        hidden = hidden_texts(tree)
        problems += [_place(found, tree, hidden) for found in findings if found.key[0] not in lost]
    return _result(problems + interpolation.problems, config, tree, layers)


def _of_absent_plugins(tree: YamlNode) -> list[Problem]:
    """Settings of plugins that are not installed, which is no error: they stay where they are, and are not used."""
    section = find(tree, ("plugins",))
    if section is None or not isinstance(section.value, Mapping):
        return []
    hidden = hidden_texts(tree)
    known = names_at(("plugins",))
    absent = ((name, node) for name, node in section.value.items() if name not in known)
    return [_absent(node, ("plugins", name), closest(name, known), hidden) for name, node in absent]


def _of_absent_engines(tree: YamlNode) -> list[Problem]:
    """Engines of plugins that are not installed, which is no error either."""
    found = []
    for key, group in ((("speech", "recognizer"), RECOGNIZERS), (("speech", "synthesizer"), SYNTHESIZERS)):
        node = find(tree, key)
        if node is not None and is_absent(group, node.value):
            said = f"no sound plugin brings {node.value}: {OWN_ENGINES[group][0]} is used"
            found.append(problem_at(node, key, "warning", said, hint="See `supervisor plugins`."))
    return found


def _absent(node: YamlNode, key: Key, meant: str, hidden: SecretSpans) -> Problem:
    secrets = hidden.around(node)
    if not isinstance(node.value, Mapping):  # no section of a plugin, but a slip of the hand
        hint = f"Did you mean '{meant}'?" if meant else unknown_key(key).hint
        return problem_at(node, key, "error", "unknown key", hint=hint, at_key=True, secrets=secrets)
    said = "no sound plugin of this name is installed: its settings are not used"
    hint = "See `supervisor plugins`."
    return problem_at(node, key, "warning", said, hint=hint, at_key=True, secrets=secrets)


def without(tree: YamlNode, sections: Iterable[str]) -> YamlNode:
    """The tree without some of its sections, which the schema's defaults then replace."""
    assert isinstance(tree.value, Mapping)
    left_out = frozenset(sections)
    return msgspec.structs.replace(
        tree, value={k: node for k, node in tree.value.items() if k not in left_out}
    )


def _check(tree: YamlNode) -> tuple[list[Problem], Config | None]:
    try:
        return [], Config.model_validate(plain(tree))
    except pydantic.ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    hidden = hidden_texts(tree)
    problems: dict[Key, Problem] = {}
    for item in found:
        key = _key(tree, item["loc"])
        if key not in problems:
            problems[key] = _problem(item, key, tree, hidden)
    return list(problems.values()), None


def _key(tree: YamlNode, location: tuple[int | str, ...]) -> Key:
    """pydantic's location without what it adds for unions and the keys of mappings."""
    key: Key = ()
    for part in location:
        if find(tree, (*key, part)) is None:
            break
        key = (*key, part)
    return key


def _problem(item: ErrorDetails, key: Key, tree: YamlNode, hidden: SecretSpans) -> Problem:
    node = nearest(tree, key)
    if item["type"] == "extra_forbidden":
        message, hint = unknown_key(key)
        return problem_at(node, key, "error", message, hint=hint, at_key=True, secrets=hidden.around(node))
    message, hint = refused(item["type"], item["msg"], key, node, item.get("ctx", {}))
    at_key = item["loc"][-1:] == ("[key]",)
    return problem_at(node, key, "error", message, hint=hint, at_key=at_key, secrets=hidden.around(node))


def _sound(tree: YamlNode, lost: set[str]) -> Config:
    """The configuration with the defaults in place of the sections that are lost."""
    try:
        return Config.model_validate(plain(without(tree, lost)))
    except pydantic.ValidationError:
        return Config()


def _place(found: CrossCheckFinding, tree: YamlNode, hidden: SecretSpans) -> Problem:
    node = nearest(tree, found.key)
    return problem_at(
        node, found.key, found.severity, found.message, hint=found.hint, secrets=hidden.around(node)
    )


def _typed(node: YamlNode, key: Key) -> YamlNode:
    """The tree in which what the environment gave without quotes is text where text is wanted."""
    if isinstance(node.value, Mapping):
        return msgspec.structs.replace(
            node, value={name: _typed(child, (*key, name)) for name, child in node.value.items()}
        )
    if not node.source.bare or node.text is None or not is_text(key):
        return node
    if node.value is None and is_optional(key):
        return node
    return msgspec.structs.replace(node, value=node.text)


def _result(
    problems: list[Problem], config: Config | None, tree: YamlNode, layers: tuple[YamlNode, ...]
) -> ValidationResult:
    ordered = sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column, problem.key))
    by = {
        severity: tuple(p for p in ordered if p.severity == severity)
        for severity in ("error", "warning", "note")
    }
    return ValidationResult(
        by["error"], by["warning"], by["note"], None if by["error"] else config, tree, layers
    )
