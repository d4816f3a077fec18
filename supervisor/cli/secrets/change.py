"""Opening and changing the secrets file, and asking a person, for the commands of `supervisor secrets`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import click
import filelock

from config.home import Home
from config.layers.environment import split_key
from config.ownership import trouble
from config.schema.walk import field_at, is_text
from config.secrets.key_file import (
    KEY_FILE_VARIABLE,
    PASSPHRASE_VARIABLE,
    EncryptionKeyError,
    KeySource,
    key_path,
    make_key_file,
)
from config.secrets.secrets_file import SecretsFile, note_revision, open_secrets
from config.secrets.secrets_writer import check_plain, encrypt_text, exclusive, write_secrets
from config.secrets.wrapped_key import BY_KEY_FILE, WrappedKey
from config.secrets.yaml_values import read_values
from config.syntax.errors import ConfigurationError
from config.syntax.problem import Key, dotted
from config.syntax.render import render
from config.syntax.scalar import resolve
from supervisor.cli.options import fail
from supervisor.exit_status import FAILED, UNREADABLE


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


@contextmanager
def changing(home: Home, key: str = "", *, accept: bool = False) -> Iterator[SecretsChange]:
    """Open and lock the file. key: the one to be changed; its value may be broken."""
    with reported(), exclusive(home):
        file = opened(home, key, accept=accept)
        # The path in the text, if it is there: names may contain dots.
        there = (path for path in read_values(file.source.text).nodes if dotted(path) == key)
        with reported(FAILED):
            yield SecretsChange(home, file, next(there, split_key(key)), file.plain_text())


def opened(home: Home, key: str = "", *, accept: bool = False) -> SecretsFile:
    """The home's secrets. Exits if there are none. key: the one whose value may be broken."""
    with reported():
        file = open_secrets(home, KeySource(os.environ, _ask), accept=accept, repair=key)
    if file is None:
        fail(FAILED, f"there is no {home.secrets_file}; make it with `supervisor secrets init`")
    return file


def typed(key: Key, text: str) -> Any:
    """The value of a text at a key: text for a text key, else a number, true, false or text."""
    return text if field_at(key) is None or is_text(key) else resolve(text)


@contextmanager
def reported(status: int = UNREADABLE) -> Iterator[None]:
    """Exit with a line on every error. status: the exit status for a ConfigurationError."""
    try:
        yield
    except ConfigurationError as error:
        show(error)
        sys.exit(status)
    except EncryptionKeyError as error:
        fail(UNREADABLE, f"{error}. {error.hint}".strip())
    except filelock.Timeout:
        fail(FAILED, "another command is changing the secrets; try again when it is done")
    except OSError as error:
        fail(FAILED, trouble(error, error.filename or "the secrets"))


def show(error: ConfigurationError) -> None:
    """Print the problems on standard error."""
    click.echo(render(error.problems, colour=sys.stderr.isatty()), err=True, nl=False)


def new_keys(by: str, variable: str, key_file: Path | None = None) -> KeySource:
    """The key that wraps the data key: a passphrase (typed, or in `variable`), or a key file, made if missing."""
    if by == BY_KEY_FILE:
        path = key_file or key_path(os.environ)
        make_key_file(path)
        return KeySource({KEY_FILE_VARIABLE: str(path)})
    given = os.environ.get(variable)
    if not given and not sys.stdin.isatty():
        fail(FAILED, f"set {variable}, or run this on a terminal")
    prompt = "New passphrase"
    given = given or str(click.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True))
    return KeySource({PASSPHRASE_VARIABLE: given})


def value_of(from_stdin: bool) -> str:
    """The value to set: typed, or all of standard input without its last line break."""
    if not from_stdin and sys.stdin.isatty():
        return str(click.prompt("Value", hide_input=True, err=True))
    with suppress(UnicodeDecodeError):
        return sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
    fail(FAILED, "the value on standard input is not UTF-8; nothing was changed")


def _ask() -> str:
    if not sys.stdin.isatty():
        fail(UNREADABLE, "it is locked by a passphrase: set GERALD_PASSPHRASE, or run this on a terminal")
    return str(click.prompt("Passphrase", hide_input=True, err=True))
