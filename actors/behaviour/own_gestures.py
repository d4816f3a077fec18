"""The avatar's own gestures, which the owner has named in `osc.parameters`, as acts. Pure."""

import re
from collections.abc import Iterable, Mapping

from actors.vocabulary.requests import asked_for, named_act
from config.schema import Behaviour
from config.schema.acts import ACTS

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST = 32


def own_acts(parameters: Iterable[str]) -> Mapping[str, str]:
    """Acts by name, such as peace_sign, and the parameter of each; one that would be taken for another is left out."""
    found: dict[str, str] = {}
    for parameter in parameters:
        act = "_".join(_WORDS.findall(parameter.rpartition("/")[2])).lower()
        if 0 < len(act) <= _LONGEST and act not in ACTS:
            found.setdefault(act, parameter)
    return found


def asked_acts(text: str, settings: Behaviour) -> tuple[str, ...]:
    """The acts that `text` asks for, by everybody's words or by their own names."""
    own = named_act(text, settings.expressions)
    return asked_for(text) or ((own,) if own else ())


def all_acts(settings: Behaviour) -> tuple[str, ...]:
    """Every act, allowed or not: everybody's, and those of the avatar's own."""
    return (*ACTS, *(name for name in settings.expressions if name not in ACTS))


def able(settings: Behaviour, parameters: Iterable[str]) -> Behaviour:
    """`settings` with these gestures among the expressions; those that the owner has described come before."""
    own = {act: {parameter: True} for act, parameter in own_acts(parameters).items()}
    if not own:
        return settings
    return settings.model_copy(update={"expressions": {**own, **settings.expressions}})
