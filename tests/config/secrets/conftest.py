"""A home with a secrets file, its key, and ways to change both."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from config.secrets.key_file import KEY_FILE_VARIABLE, PASSPHRASE_VARIABLE, KeySource, make_key_file
from config.secrets.secrets_file import SecretsFile, open_secrets
from config.secrets.secrets_writer import encrypt_text, write_secrets
from config.secrets.wrapped_key import BY_KEY_FILE, BY_PASSPHRASE, wrap
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
            {PASSPHRASE_VARIABLE: passphrase} if passphrase else {KEY_FILE_VARIABLE: str(key_file)}
        )
        if not passphrase:
            make_key_file(key_file)
        self.data_key = b"d" * 32
        by = BY_PASSPHRASE if passphrase else BY_KEY_FILE
        self.wrapped = wrap(self.data_key, f"id-of-{path.name}", by, self.keys)
        self.write(PLAIN)

    @property
    def keys(self) -> KeySource:
        return KeySource(self.environ)

    @property
    def text(self) -> str:
        return self.home.secrets_file.read_text(encoding="utf-8")

    def write(self, plain: str, before: SecretsFile | None = None) -> SecretsFile:
        revision = before.metadata.revision + 1 if before is not None else 1
        text = encrypt_text(plain, self.data_key, self.wrapped, revision, before)
        return write_secrets(self.home, text, self.keys)

    def change(self, old: str, new: str) -> SecretsFile:
        """Through the front door: read, change, write."""
        file = self.open()
        plain = file.plain_text()
        assert old in plain
        return self.write(plain.replace(old, new), file)

    def open(self, **options: Any) -> SecretsFile:
        file = open_secrets(self.home, self.keys, **options)
        assert file is not None
        return file

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
