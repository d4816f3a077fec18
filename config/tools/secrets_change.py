"""One change of the secrets file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from config.home import Home
from config.layers.environment import split_key
from config.schema.walk import field_at, is_text
from config.secrets.key_file import KeySource
from config.secrets.secrets_file import SecretsFile, note_revision, open_secrets
from config.secrets.secrets_writer import check_plain, encrypt_text, exclusive, write_secrets
from config.secrets.wrapped_key import WrappedKey
from config.secrets.yaml_edit import with_value, without_value
from config.secrets.yaml_values import read_values
from config.syntax.problem import Key, dotted
from config.syntax.scalar import resolve


class NoSecretsFile(Exception):
    """The home has no secrets file; the text says how one is made."""


class SecretsChange(NamedTuple):
    """The open and locked file. path: the key to be changed. plain: the file's decrypted text."""

    home: Home
    file: SecretsFile
    path: Key
    plain: str

    def save(
        self,
        plain: str,
        data_key: bytes = b"",
        wrapped: WrappedKey | None = None,
        keys: KeySource | None = None,
    ) -> None:
        """Check, encrypt and write a decrypted text, with the file's keys or with other ones."""
        check_plain(plain, "secrets.yaml")
        before = self.file.metadata
        revision = 1 + note_revision(self.home, before.wrapped.id, before.revision)
        data_key, wrapped = data_key or self.file.data_key, wrapped or before.wrapped
        text = encrypt_text(plain, data_key, wrapped, revision, self.file)
        write_secrets(self.home, text, keys or self.file.keys)

    def put(self, text: str) -> None:
        """Set the key to a value as a person types it."""
        self.save(with_value(self.plain, self.path, typed(self.path, text)))

    def drop(self) -> None:
        """Take the key out. Raises KeyError where it is not there."""
        self.save(without_value(self.plain, self.path))


def change_of(home: Home, file: SecretsFile, key: str) -> SecretsChange:
    """A change of an open file. key: the one to be changed."""
    # The path in the text, if it is there: names may contain dots.
    there = (path for path in read_values(file.source.text).nodes if dotted(path) == key)
    return SecretsChange(home, file, next(there, split_key(key)), file.plain_text())


@contextmanager
def changed_secret(home: Home, keys: KeySource, key: str) -> Iterator[SecretsChange]:
    """The locked file, to change one key, whose value may be broken. Raises NoSecretsFile, ConfigurationError,
    EncryptionKeyError, filelock.Timeout, OSError; none of their texts has a value."""
    with exclusive(home):
        file = open_secrets(home, keys, repair=key)
        if file is None:
            raise NoSecretsFile(no_secrets(home))
        yield change_of(home, file, key)


def no_secrets(home: Home) -> str:
    """What to do where there are none."""
    return f"there is no {home.secrets_file}; make it with `supervisor secrets init`"


def typed(key: Key, text: str) -> Any:
    """The value of a text at a key: text for a text key, else a number, true, false or text."""
    return text if field_at(key) is None or is_text(key) else resolve(text)
