"""A home with a secrets file, its key, and ways to change both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from config.secrets.change import SecretsContent, keyfile_lock, passphrase_lock, plain_text, sealed, written
from config.secrets.keyfile import PASSPHRASE, VARIABLE, Opener, make_key_file
from config.secrets.vault import Vault, open_vault
from config.syntax.errors import LoadError

API_KEY = "sk-planted-0123456789abcdef"
NAME = "planted-account-name"
PLAIN = f"""# mine
llm:
  api_key: {API_KEY}  # from the shop
  base_url: "http://127.0.0.1:1/planted"
vrchat:
  username: {NAME}
osc:
  enabled_events: [touch, gestures]
"""


class Safe:
    """The home, its environment, and what can be done to its file."""

    def __init__(self, path: Path, passphrase: str = "") -> None:
        self.home = Home(path)
        self.home.secrets_file.parent.mkdir(parents=True, exist_ok=True)
        key_file = path / "key"
        self.environ: Mapping[str, str] = (
            {PASSPHRASE: passphrase} if passphrase else {VARIABLE: str(key_file)}
        )
        data_key, id = b"d" * 32, f"id-of-{path.name}"
        lock = (
            passphrase_lock(data_key, id, passphrase)
            if passphrase
            else keyfile_lock(data_key, id, make_key_file(key_file))
        )
        self.content = SecretsContent(data_key, id, lock)
        self.write(PLAIN)

    @property
    def opener(self) -> Opener:
        return Opener(self.environ)

    @property
    def text(self) -> str:
        return self.home.secrets_file.read_text(encoding="utf-8")

    def write(self, plain: str, before: Vault | None = None) -> Vault:
        revision = before.meta.revision + 1 if before is not None else 1
        return written(self.home, sealed(plain, self.content, revision, before), self.opener)

    def change(self, old: str, new: str) -> Vault:
        """Through the front door: read, change, write."""
        vault = self.open()
        plain = plain_text(vault)
        assert old in plain
        return self.write(plain.replace(old, new), vault)

    def open(self, **options: Any) -> Vault:
        vault = open_vault(self.home, self.environ, **options)
        assert vault is not None
        return vault

    def tamper(self, text: str) -> None:
        """Through the window: another text in the file's place."""
        assert text != self.text
        self.home.secrets_file.write_text(text, encoding="utf-8")

    def refusal(self) -> str:
        """What is said when the file is opened now, without any secret in it."""
        with pytest.raises(LoadError) as refused:
            self.open()
        said = f"{refused.value} {refused.value.problem.excerpt} {refused.value.problem!r}"
        assert API_KEY not in said
        assert NAME not in said
        return str(refused.value)


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path)
