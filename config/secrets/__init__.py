"""`config/secrets.yaml`: a configuration file whose every value is encrypted in its place, so that it stays diffable.

Anyone can read keys, order and comments; values need the key. Any change, move, removal or rollback without the key is
detected and named. See docs/configuring.md."""

import os
from collections.abc import Callable, Mapping

from config.home import Home
from config.syntax.node import YamlNode

__all__ = ["read_secrets"]


def read_secrets(
    home: Home, environ: Mapping[str, str], *, passphrase: Callable[[], str] | None = None
) -> tuple[YamlNode, ...]:
    """The layer of secrets, each value at its line and column; () without a file. Raises LoadError.

    passphrase: called if the file needs one and GERALD_PASSPHRASE is not set."""
    if not os.path.lexists(home.secrets_file):
        return ()
    # Whoever has no secrets need not pay for the cryptography.
    from config.secrets.key_file import KeySource
    from config.secrets.secrets_file import open_secrets

    file = open_secrets(home, KeySource(environ, passphrase))
    return (file.layer,) if file is not None else ()
