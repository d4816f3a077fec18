"""What the commands of `supervisor secrets` share: opening and changing the file, and asking a person."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click
import filelock

from config.home import Home
from config.layers.environment import split_key
from config.schema.walk import field_at, is_text
from config.secrets.key_file import (
    KEY_FILE_VARIABLE,
    PASSPHRASE_VARIABLE,
    EncryptionKeyError,
    KeySource,
    key_path,
    make_key_file,
)
from config.secrets.secrets_file import SecretsFile, highest_revision, open_secrets, read_source
from config.secrets.secrets_writer import check_plain, encrypt_text, exclusive, write_secrets
from config.secrets.wrapped_key import WrappedKey
from config.secrets.yaml_values import read_values
from config.syntax.errors import ConfigurationError
from config.syntax.problem import Key, dotted
from config.syntax.render import render
from config.syntax.scalar import resolve
from supervisor.cli.options import FAILED, UNREADABLE, fail

__all__ = [
    "NEW_PASSPHRASE",
    "SecretsChange",
    "changing",
    "key_file_source",
    "key_source",
    "opened",
    "passphrase_source",
    "path_of",
    "reported",
    "run_editor",
    "show",
    "typed",
    "value_of",
]

NEW_PASSPHRASE = "GERALD_NEW_PASSPHRASE"


class SecretsChange(NamedTuple):
    """The open file, while nobody else changes it. path: the key to be changed. plain: its readable text."""

    home: Home
    keys: KeySource
    file: SecretsFile
    path: Key
    plain: str

    def save(
        self,
        plain: str,
        *,
        data_key: bytes = b"",
        wrapped: WrappedKey | None = None,
        keys: KeySource | None = None,
    ) -> None:
        """Check, encrypt and write a readable text: with the keys the file has, or with others."""
        check_plain(plain, "secrets.yaml")
        before = self.file.metadata
        wrapped = wrapped or before.wrapped
        revision = 1 + max(before.revision, highest_revision(self.home, before.wrapped.id))
        text = encrypt_text(plain, data_key or self.file.data_key, wrapped, revision, self.file)
        write_secrets(self.home, text, keys or self.keys)


@contextmanager
def changing(home: Home, key: str = "", *, accept: bool = False) -> Iterator[SecretsChange]:
    """The open file, with nobody else in between. key: the one to be changed, whatever is wrong with it."""
    with reported(), exclusive(home):
        keys = key_source()
        file = opened(home, keys, key, accept=accept)
        path = path_of(key, file.source.text) if key else ()
        with reported(FAILED):
            yield SecretsChange(home, keys, file, path, file.plain_text())


def opened(home: Home, keys: KeySource, key: str = "", *, accept: bool = False) -> SecretsFile:
    """The home's secrets. Ends the command if there are none. key: the one that may be broken. Raises LoadError."""
    source = read_source(home)
    path = path_of(key, source.text) if key and source is not None else ()
    file = open_secrets(home, keys, accept=accept, repair=path)
    if file is None:
        fail(FAILED, f"there is no {home.secrets_file}; make it with `supervisor secrets init`")
    return file


def path_of(name: str, text: str) -> Key:
    """The path of a dotted key: as it stands in the text, if it does, for names may have dots of their own."""
    return next((key for key in read_values(text).nodes if dotted(key) == name), split_key(name))


def typed(key: Key, text: str) -> Any:
    """The value that a text means at a key: text where text is wanted, else a number, true, false or text."""
    return text if field_at(key) is None or is_text(key) else resolve(text)


@contextmanager
def reported(status: int = UNREADABLE) -> Iterator[None]:
    """End the command when something goes wrong, with a line or the place of it. status: for a ConfigurationError."""
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
        fail(FAILED, f"{error.filename or 'the secrets'}: {error.strerror or error}")


def show(error: ConfigurationError) -> None:
    """The problems, on standard error."""
    click.echo(render(error.problems, colour=sys.stderr.isatty()), err=True, nl=False)


def key_source() -> KeySource:
    """The key of this environment, or a passphrase that a person types."""
    return KeySource(os.environ, _ask)


def key_file_source(path: Path | None = None) -> KeySource:
    """A key file, made if it is missing; by default the usual one. Raises EncryptionKeyError."""
    path = path or key_path(os.environ)
    make_key_file(path)
    return KeySource({KEY_FILE_VARIABLE: str(path)})


def passphrase_source(variable: str) -> KeySource:
    """A new passphrase, of a variable or of a person who types it twice."""
    given = os.environ.get(variable)
    if not given and not sys.stdin.isatty():
        fail(FAILED, f"set {variable}, or run this on a terminal")
    prompt = "New passphrase"
    given = given or str(click.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True))
    return KeySource({PASSPHRASE_VARIABLE: given})


def value_of(from_stdin: bool) -> str:
    """The value to set: asked for, or all of standard input without the line break at its end."""
    if not from_stdin and sys.stdin.isatty():
        return str(click.prompt("Value", hide_input=True, err=True))
    try:
        return sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        pass
    fail(FAILED, "the value on standard input is not UTF-8; nothing was changed")


def run_editor(file: Path) -> None:
    """Wait until a person is done with a file. Ends the command when there is no editor, or when it fails."""
    chosen = (
        os.environ.get("VISUAL") or os.environ.get("EDITOR") or shutil.which("nano") or shutil.which("vi")
    )
    if not chosen:
        fail(FAILED, "no editor could be opened: set EDITOR to an editor")
    try:
        ended = subprocess.run([*shlex.split(chosen), str(file)], check=False)
    except (OSError, ValueError) as error:
        fail(FAILED, f"no editor could be opened: {chosen}: {getattr(error, 'strerror', None) or error}")
    if ended.returncode:
        fail(FAILED, f"the editor ended with status {ended.returncode}; nothing was changed")


def _ask() -> str:
    if not sys.stdin.isatty():
        fail(UNREADABLE, "it is locked by a passphrase: set GERALD_PASSPHRASE, or run this on a terminal")
    return str(click.prompt("Passphrase", hide_input=True, err=True))
