"""Opening and changing the secrets file, and asking a person, for the commands of `supervisor secrets`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import filelock

from config.home import Home
from config.ownership import trouble
from config.secrets.key_file import (
    KEY_FILE_VARIABLE,
    PASSPHRASE_VARIABLE,
    EncryptionKeyError,
    KeySource,
    key_path,
    make_key_file,
)
from config.secrets.secrets_file import SecretsFile, open_secrets
from config.secrets.secrets_writer import exclusive
from config.secrets.wrapped_key import BY_KEY_FILE
from config.syntax.errors import ConfigurationError
from config.syntax.render import render
from config.tools.secrets_change import SecretsChange, change_of, no_secrets
from supervisor.cli.options import fail
from supervisor.console import is_console
from supervisor.exit_status import FAILED, UNREADABLE


@contextmanager
def changing(home: Home, key: str = "", *, accept: bool = False) -> Iterator[SecretsChange]:
    """Open and lock the file. key: the one to be changed; its value may be broken."""
    with reported(), exclusive(home):
        file = opened(home, key, accept=accept)
        with reported(FAILED):
            yield change_of(home, file, key)


def opened(home: Home, key: str = "", *, accept: bool = False) -> SecretsFile:
    """The home's secrets. Exits if there are none. key: the one whose value may be broken."""
    with reported():
        file = open_secrets(home, KeySource(os.environ, _ask), accept=accept, repair=key)
    if file is None:
        fail(FAILED, no_secrets(home))
    return file


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
    click.echo(render(error.problems, colour=is_console(sys.stderr)), err=True, nl=False)


def new_keys(by: str, variable: str, key_file: Path | None = None) -> KeySource:
    """The key that wraps the data key: a passphrase (typed, or in `variable`), or a key file, made if missing."""
    if by == BY_KEY_FILE:
        path = key_file or key_path(os.environ)
        make_key_file(path)
        return KeySource({KEY_FILE_VARIABLE: str(path)})
    given = os.environ.get(variable)
    if not given and not is_console(sys.stdin):
        fail(FAILED, f"set {variable}, or run this on a terminal")
    prompt = "New passphrase"
    given = given or str(click.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True))
    return KeySource({PASSPHRASE_VARIABLE: given})


def value_of(from_stdin: bool) -> str:
    """The value to set: typed, or all of standard input without its last line break."""
    if not from_stdin and is_console(sys.stdin):
        return str(click.prompt("Value", hide_input=True, err=True))
    with suppress(UnicodeDecodeError):
        return sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
    fail(FAILED, "the value on standard input is not UTF-8; nothing was changed")


def _ask() -> str:
    if not is_console(sys.stdin):
        fail(UNREADABLE, "it is locked by a passphrase: set GERALD_PASSPHRASE, or run this on a terminal")
    return str(click.prompt("Passphrase", hide_input=True, err=True))
