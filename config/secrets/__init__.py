"""`config/secrets.yaml`: a configuration file whose every value is encrypted in its place, so that it stays diffable.

The keys, the order and the comments can be read by all; the values only with the key, and nothing in the file can be
changed, moved, taken away or put back without that being noticed and named. See docs/configuring.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from config.home import Home
from config.syntax.node import YamlNode

__all__ = ["read_secrets"]


def read_secrets(
    home: Home, environ: Mapping[str, str], *, passphrase: Callable[[], str] | None = None
) -> tuple[YamlNode, ...]:
    """The layer of secrets, each value at its line and column; () without a file. Raises LoadError.

    passphrase: asked where the file is locked by one and GERALD_PASSPHRASE is not set.
    """
    if not os.path.lexists(home.secrets_file):
        return ()
    # Whoever has no secrets need not pay for the cryptography.
    from config.secrets.vault import open_vault

    vault = open_vault(home, environ, passphrase)
    return (vault.layer,) if vault is not None else ()
