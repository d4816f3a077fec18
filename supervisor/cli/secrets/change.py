"""What the commands of `supervisor secrets` share: opening, changing and locking the file, and asking a person."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from config.home import Home
from config.syntax.errors import ConfigurationError, LoadError
from supervisor.cli.options import FAILED, UNREADABLE, fail

if TYPE_CHECKING:
    from config.secrets.change import SecretsContent
    from config.secrets.keyfile import Opener
    from config.secrets.meta import Lock
    from config.secrets.vault import Vault
    from config.syntax.problem import Key

__all__ = [
    "changed",
    "checked",
    "key_place",
    "lock_memory",
    "memory_opens",
    "new_key_file",
    "new_lock",
    "opened",
    "path_of",
    "run_editor",
    "said",
    "same_lock",
    "show",
    "typed",
    "value_of",
]

NEW_PASSPHRASE = "GERALD_NEW_PASSPHRASE"


def changed(
    home: Home,
    change: Callable[[str], str],
    *,
    content: "Callable[[Vault, Opener], tuple[SecretsContent, Opener]] | None" = None,
    accept: bool = False,
    mending: str = "",
    unchanged: str = "",
) -> None:
    """Open, change, check, seal and write, with nobody else in between.

    content: makes other keys than those the file has. mending: the key that is changed, broken as it may be.
    unchanged: what to say, and be done, when the text comes back as it was.
    """
    from config.secrets.change import SecretsContent, plain_text, sealed, writing, written
    from config.secrets.seen import seen_revision

    with said(), writing(home):
        vault = opened(home, accept=accept, mending=mending)
        before = plain_text(vault)
        try:
            plain = change(before)
        except LoadError as error:
            show(error)
            sys.exit(FAILED)
        if unchanged and plain == before:
            click.echo(unchanged)
            sys.exit(0)
        checked(plain, "secrets.yaml")
        keys, opener = (
            content(vault, _opener()) if content is not None else (SecretsContent.of(vault), _opener())
        )
        revision = 1 + max(vault.meta.revision, seen_revision(home, vault.meta.id))
        written(home, sealed(plain, keys, revision, vault), opener, _meant(plain))


def checked(plain: str, shown: str, *, leave: bool = True) -> None:
    """Refuse a readable text that is not valid: with `leave` by ending the command."""
    from config.secrets.change import check_plain

    try:
        check_plain(plain, shown)
    except ConfigurationError as error:
        if not leave:
            raise
        show(error)
        sys.exit(FAILED)


def opened(home: Home, *, accept: bool = False, mending: str = "") -> "Vault":
    """The home's secrets. Ends the command when there are none, or when they cannot be opened."""
    from config.secrets.vault import open_vault, read_source

    with said():
        source = read_source(home)
        key = path_of(mending, source.text) if source is not None and mending else ()
        vault = open_vault(home, os.environ, _ask_once, accept=accept, mending=key)
    if vault is None:
        fail(FAILED, f"there is no {home.secrets_file}; make it with `supervisor secrets init`")
    return vault


def path_of(name: str, text: str) -> "Key":
    """The path of a dotted key: as it stands in the text, where it does, for names may have dots of their own."""
    from config.layers.environment import split_key
    from config.secrets.spans import LAYER, values
    from config.syntax.node import SourceText
    from config.syntax.problem import dotted

    _, found = values(SourceText(LAYER, "secrets.yaml", text))
    return next((key for key in found if dotted(key) == name), split_key(name))


def typed(key: "Key", text: str) -> Any:
    """The value that a text means at a key: text where text is wanted, else a number, true, false or text."""
    from config.schema.walk import field_at, is_text
    from config.syntax.scalar import resolve

    return text if field_at(key) is None or is_text(key) else resolve(text)


@contextmanager
def said() -> Iterator[None]:
    """Whatever goes wrong is said in a line, or with its place."""
    import filelock

    from config.secrets.keyfile import KeyTrouble

    try:
        yield
    except ConfigurationError as error:
        show(error)
        sys.exit(UNREADABLE)
    except KeyTrouble as trouble:
        fail(UNREADABLE, f"{trouble}. {trouble.hint}".strip())
    except filelock.Timeout:
        fail(FAILED, "another command is changing the secrets; try again when it is done")
    except OSError as error:
        fail(FAILED, f"{error.filename or 'the secrets'}: {error.strerror or error}")


def show(error: ConfigurationError) -> None:
    """The problems, on standard error."""
    from config.syntax.render import render

    click.echo(render(error.problems, colour=sys.stderr.isatty()), err=True, nl=False)


def key_place() -> Path:
    """Where the usual key file is."""
    from config.secrets.keyfile import key_path

    return key_path(os.environ)


def new_key_file() -> Path:
    """A new key file beside the usual one, which other homes may be locked by. Raises KeyTrouble."""
    from config.secrets.cipher import key_id
    from config.secrets.keyfile import beside, make_key_file

    key = os.urandom(32)
    path = beside(key_place(), key_id(key))
    make_key_file(path, key)
    return path


def new_lock(
    data_key: bytes, id: str, by_passphrase: bool, key_file: Path | None = None, *, again: bool = False
) -> "tuple[Lock, Opener]":
    """A lock, and what opens it. again: there is one already, and it shall be another."""
    from config.secrets.change import keyfile_lock, passphrase_lock
    from config.secrets.keyfile import PASSPHRASE, VARIABLE, Opener, make_key_file

    if not by_passphrase:
        path = key_file or key_place()
        return keyfile_lock(data_key, id, make_key_file(path)), Opener({VARIABLE: str(path)})
    given = _new_passphrase(NEW_PASSPHRASE if again else PASSPHRASE)
    return passphrase_lock(data_key, id, given), Opener({PASSPHRASE: given})


def memory_opens(home: Home, opener: "Opener") -> None:
    """Raises KeyTrouble when there is a data/seal.json that this does not open: then nothing should be changed."""
    if home.seal_file.exists():
        from config.secrets.sealer import open_sealer

        open_sealer(home, opener.environ, passphrase=opener.ask, make=False)


def lock_memory(home: Home, old: "Opener", new: "Opener", like: "Lock") -> None:
    """Lock data/seal.json, where there is one, as `like` locks the secrets. Raises KeyTrouble."""
    from config.secrets.change import keyfile_lock, passphrase_lock
    from config.secrets.sealer import rewrap

    def lock(data_key: bytes, id: str) -> "Lock":
        if like.by == "passphrase":
            return passphrase_lock(data_key, id, new.passphrase())
        return keyfile_lock(data_key, id, new.key_file(like.key))

    if home.seal_file.exists():
        rewrap(home, old, new, lock)


def same_lock(vault: "Vault", data_key: bytes, opener: "Opener") -> "Lock":
    """The lock of a file, around another data key."""
    from config.secrets.change import keyfile_lock, passphrase_lock

    if vault.meta.lock.by == "passphrase":
        return passphrase_lock(data_key, vault.meta.id, opener.passphrase())
    return keyfile_lock(data_key, vault.meta.id, opener.key_file(vault.meta.lock.key))


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
        _no_editor("set EDITOR to an editor")
    try:
        ended = subprocess.run([*shlex.split(chosen), str(file)], check=False)
    except (OSError, ValueError) as error:
        _no_editor(f"{chosen}: {getattr(error, 'strerror', None) or error}")
    if ended.returncode:
        fail(FAILED, f"the editor ended with status {ended.returncode}; nothing was changed")


def _meant(plain: str) -> "dict[Key, Any]":
    from config.secrets.spans import LAYER, values
    from config.syntax.node import SourceText

    return {key: node.value for key, node in values(SourceText(LAYER, "secrets.yaml", plain))[1].items()}


def _opener() -> "Opener":
    from config.secrets.keyfile import Opener

    return Opener(os.environ, _ask_once)


def _ask_once() -> str:
    asked = click.get_current_context().meta
    if "passphrase" not in asked:
        if not sys.stdin.isatty():
            fail(UNREADABLE, "it is locked by a passphrase: set GERALD_PASSPHRASE, or run this on a terminal")
        asked["passphrase"] = str(click.prompt("Passphrase", hide_input=True, err=True))
    return str(asked["passphrase"])


def _new_passphrase(variable: str) -> str:
    if given := os.environ.get(variable):
        return given
    if not sys.stdin.isatty():
        fail(FAILED, f"set {variable}, or run this on a terminal")
    return str(click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))


def _no_editor(why: str) -> NoReturn:
    fail(FAILED, f"no editor could be opened: {why}")
