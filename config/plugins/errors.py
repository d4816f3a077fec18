"""Why a plugin cannot be used; each text is one line for its owner."""


class ManifestError(Exception):
    """A manifest is missing or not as it must be. The text names the file."""


class PluginBroken(Exception):
    """A plugin's code could not be used."""
