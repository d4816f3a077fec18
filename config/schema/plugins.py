"""`plugins`: which of the installed plugins are used, and the settings of each, as its manifest declares them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, create_model

from config.plugins.discovery import installed_plugins
from config.plugins.plugin import Plugin
from config.schema.section import Section, Tuple, setting, without_repetition
from config.secret import Secret

if TYPE_CHECKING:
    from config.plugins.manifest import SettingDeclared

LONGEST = 10_000  # characters of a text, and entries of a list
PluginName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,29}$")]
Text = Annotated[str, StringConstraints(max_length=LONGEST)]
_TYPES: Mapping[str, Any] = {
    "bool": bool,
    "int": int,
    "float": float,
    "text": Text,
    "texts": Tuple[Text],
    "secret": Secret | None,
}


class _Base(Section):
    """What stands in the section whatever is installed. Settings of a plugin that is not are warned of, and unused."""

    model_config = ConfigDict(extra="ignore")

    enabled: bool = setting(True, "Installed plugins are used.", restarts=())
    disabled: Annotated[Tuple[PluginName], AfterValidator(without_repetition)] = setting(
        (), "Installed plugins that are not used, by their names.", max_length=1000, restarts=()
    )

    def of(self, name: str) -> Section:
        """The settings of a sound plugin. Raises AttributeError."""
        found: Section = getattr(self, name)
        return found

    def why_off(self, name: str) -> str:
        """Why the owner has a plugin not used; "" if it is used."""
        if not self.enabled:
            return "plugins.enabled is false"
        return "plugins.disabled names it" if name in self.disabled else ""


def settings_of(plugin: Plugin) -> type[Section]:
    """The section that a plugin's manifest declares; an empty one if it declares none."""
    fields: dict[str, Any] = {name: _field(one) for name, one in plugin.settings.items()}
    return create_model(f"SettingsOf{plugin.name.title()}", __base__=Section, __module__=__name__, **fields)


def _field(one: "SettingDeclared") -> tuple[Any, Any]:
    kind = Literal[one.one_of] if one.one_of else _TYPES[one.type]
    numeric = one.type in ("int", "float")
    limits: dict[str, Any] = {"ge": one.at_least, "le": one.at_most} if numeric else {}
    limits = {name: limit for name, limit in limits.items() if limit is not None}
    if one.type == "texts":
        limits["max_length"] = LONGEST
    unset = "there is none" if one.type == "secret" else ""
    default = float(one.default) if one.type == "float" and isinstance(one.default, int) else one.default
    return kind, setting(default, one.about, unit=one.unit, unset=unset, **limits)


def _fields() -> dict[str, Any]:
    sound = (plugin for plugin in installed_plugins() if not plugin.broken)
    found = {plugin.name: (settings_of(plugin), plugin.about) for plugin in sound}
    return {
        name: (cls, Field(default_factory=cls, description=about)) for name, (cls, about) in found.items()
    }


_ABOUT = "Which of the installed plugins are used."

if TYPE_CHECKING:

    class Plugins(_Base):
        """Which plugins are used, and their settings: a section by the name of each."""

else:

    class Plugins(
        create_model("_WithPlugins", __base__=_Base, __module__=__name__, **_fields()),
        key="plugins",
        about=_ABOUT,
        place=120,
    ):
        """Which plugins are used, and their settings: a section by the name of each."""
