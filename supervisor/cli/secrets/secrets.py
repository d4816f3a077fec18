"""`supervisor secrets`: the encrypted values of config/secrets.yaml."""

import json
import os
import secrets as random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.home import Home
from config.syntax.errors import ConfigurationError
from supervisor.cli.options import FAILED, fail, in_home, json_option, print_json
from supervisor.cli.secrets.change import (
    changed,
    checked,
    key_place,
    lock_memory,
    memory_opens,
    new_key_file,
    new_lock,
    opened,
    path_of,
    run_editor,
    said,
    same_lock,
    show,
    typed,
    value_of,
)

if TYPE_CHECKING:
    from config.secrets.change import SecretsContent
    from config.secrets.keyfile import Opener
    from config.secrets.lock import Lock
    from config.secrets.vault import Vault

__all__ = ["secrets"]


@click.group()
def secrets() -> None:
    """Keep API keys and passwords in config/secrets.yaml, encrypted value by value.

    The key is the file named by GERALD_KEY_FILE, else `key` in your configuration folder; or a passphrase, which is
    asked for or taken from GERALD_PASSPHRASE.
    """


@secrets.command()
@click.option(
    "--passphrase/--keyfile", "by_passphrase", default=False, help="What locks it. Default: a key file."
)
@in_home
def init(home: Home, by_passphrase: bool) -> None:
    """Create config/secrets.yaml, or encrypt an existing plain one in place."""
    from config.secrets.change import HEAD, SecretsContent, sealed, writing, written
    from config.secrets.spans import META
    from config.secrets.vault import read_source

    with said(), writing(home):
        source = read_source(home)
        plain = source.text if source is not None else HEAD
        if f"\n{META}:" in f"\n{plain}":
            fail(FAILED, f"{home.secrets_file} is encrypted already")
        checked(plain, source.file if source is not None else "secrets.yaml")
        data_key, id = os.urandom(32), random.token_hex(8)
        lock, opener = new_lock(data_key, id, by_passphrase)
        written(home, sealed(plain, SecretsContent(data_key, id, lock), 1), opener)
    click.echo(f"made {home.secrets_file}")
    if not by_passphrase:
        click.echo(f"its key is {key_place()}: keep a copy elsewhere, nothing opens the file without it")


@secrets.command("set")
@click.argument("key")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the value from standard input.")
@in_home
def set_(home: Home, key: str, from_stdin: bool) -> None:
    """Set KEY (such as llm.api_key) to a value that is asked for or read from standard input."""
    text = value_of(from_stdin)

    def change(plain: str) -> str:
        from config.secrets.change import with_value

        path = path_of(key, plain)
        return with_value(plain, path, typed(path, text))

    changed(home, change, mending=key)
    click.echo(f"{key} is set")


@secrets.command()
@click.argument("key")
@in_home
def unset(home: Home, key: str) -> None:
    """Remove KEY from the file."""

    def change(plain: str) -> str:
        from config.secrets.change import without_value

        try:
            return without_value(plain, path_of(key, plain))
        except KeyError as error:
            fail(FAILED, f"there is no secret {error.args[0]}")

    changed(home, change, mending=key)
    click.echo(f"{key} is gone")


@secrets.command()
@click.argument("key")
@click.option("--reveal", is_flag=True, help="Print to a terminal too.")
@in_home
def get(home: Home, key: str, reveal: bool) -> None:
    """Print the value of KEY to a pipe or a file."""
    vault = opened(home)
    path = path_of(key, vault.source.text)
    if path not in vault.values:
        fail(FAILED, f"there is no secret {key}; see `supervisor secrets list`")
    if sys.stdout.isatty() and not reveal:
        fail(FAILED, "it would stand on your screen; add --reveal if it may")
    value = vault.values[path]
    click.echo(value if isinstance(value, str) else json.dumps(value))


@secrets.command("list")
@json_option
@in_home
def list_(home: Home, as_json: bool) -> None:
    """List the keys in the file, without their values."""
    from config.syntax.mask import MASK
    from config.syntax.node import find
    from config.syntax.problem import dotted

    vault = opened(home)
    nodes = {key: find(vault.layer, key) for key in vault.values}
    rows = [{"key": dotted(key), "line": node.line if node else 0} for key, node in nodes.items()]
    if as_json:
        print_json({"file": str(home.secrets_file), "revision": vault.meta.revision, "secrets": rows})
        return
    for row in rows:
        click.echo(f"{row['key']}  {MASK}  {vault.source.file}:{row['line']}")
    locked = f"key {vault.meta.lock.key}" if vault.meta.lock.key else "a passphrase"
    click.echo(f"revision {vault.meta.revision}, locked by {locked}")


@secrets.command()
@in_home
def edit(home: Home) -> None:
    """Open the values in $EDITOR, check the result, and encrypt what changed."""
    # Held all the while: nobody's edit is lost because somebody else was quicker.
    changed(home, _edited, unchanged="nothing has changed")
    click.echo("saved")


def _edited(before: str) -> str:
    from config.secrets.private import private_folder
    from config.syntax.yaml_reader import decode

    with private_folder() as folder:
        file = folder / "secrets.yaml"
        file.write_bytes(before.encode())
        file.chmod(0o600)
        while True:
            run_editor(file)
            try:
                after = decode(file.read_bytes(), file.name, "secrets").replace("\r\n", "\n")
                checked(after, file.name, leave=False)
                return after
            except ConfigurationError as error:
                show(error)
                if not sys.stdin.isatty() or not click.confirm("Edit again?", default=True):
                    fail(FAILED, "nothing was changed")


@secrets.command()
@in_home
def rotate(home: Home) -> None:
    """Make a new data key and re-encrypt every value."""
    from config.secrets.change import SecretsContent

    def fresh(vault: "Vault", opener: "Opener") -> "tuple[SecretsContent, Opener]":
        data_key, id = os.urandom(32), vault.meta.id
        return SecretsContent(data_key, id, same_lock(vault, data_key, opener)), opener

    changed(home, lambda plain: plain, content=fresh)
    click.echo("every value is encrypted anew, with a new data key")


@secrets.command()
@click.option("--passphrase", "by_passphrase", is_flag=True, help="Lock by a new passphrase.")
@click.option("--new-keyfile", "new", is_flag=True, help="Lock by a new key file, beside the usual one.")
@click.option("--key-file", type=click.Path(path_type=Path), help="Lock by this key file; made if missing.")
@in_home
def rekey(home: Home, by_passphrase: bool, new: bool, key_file: Path | None) -> None:
    """Lock the file by another key file or passphrase. The values stay as they are, and data/seal.json, which holds
    the key of the encrypted memory, is locked the same way.

    Copies of the old file still open with the old key. A new passphrase is asked for or taken from
    GERALD_NEW_PASSPHRASE.
    """
    from config.secrets.change import SecretsContent
    from config.secrets.keyfile import VARIABLE

    place = key_file
    locks: list[tuple[Opener, Opener, Lock]] = []
    if by_passphrase + new + (place is not None) != 1:
        raise click.UsageError("say what shall lock it: --passphrase, --new-keyfile or --key-file FILE")

    def other(vault: "Vault", opener: "Opener") -> "tuple[SecretsContent, Opener]":
        nonlocal place
        memory_opens(home, opener)
        if new:
            place = new_key_file()
        lock, opens = new_lock(vault.data_key, vault.meta.id, by_passphrase, place, again=True)
        if lock.key and lock.key == vault.meta.lock.key:
            fail(FAILED, f"{place} is the key that locks it now; nothing was changed")
        if lock.by == vault.meta.lock.by == "passphrase" and opens.passphrase() == opener.passphrase():
            fail(FAILED, "that is the passphrase that locks it now; nothing was changed")
        locks.append((opener, opens, lock))
        return SecretsContent(vault.data_key, vault.meta.id, lock), opens

    changed(home, lambda plain: plain, content=other)
    with said():
        for old, opens, lock in locks:
            lock_memory(home, old, opens, lock)
    where = f"; its key is {place}: keep a copy elsewhere" if place else ""
    click.echo(f"the lock is changed{where}" + (f", and set {VARIABLE}={place}" if key_file else ""))


@secrets.command("export-key")
@click.option("--to", type=click.Path(path_type=Path), help="Write to this new file, readable by you only.")
@in_home
def export_key(home: Home, to: Path | None) -> None:
    """Print the key file, for a copy in a safe place or on another machine. Anybody who has it can read the secrets."""
    from config.secrets.keyfile import Opener, key_text, write_new
    from config.secrets.vault import lock_of, read_source

    with said():
        source = read_source(home)
        lock = lock_of(source) if source is not None else None
        if lock is not None and lock.by == "passphrase":
            fail(FAILED, f"{home.secrets_file} is locked by a passphrase; there is no key file to export")
        text = key_text(Opener(os.environ).key_file(lock.key if lock is not None else ""))
        if to is None:
            click.echo(text, nl=False)
        else:
            write_new(to, text)
    if to is not None or sys.stdout.isatty():
        click.echo(f"{to or 'this'}: whoever has this key can read the secrets", err=True)


@secrets.command()
@in_home
def accept(home: Home) -> None:
    """Accept the file as it is: an older revision that you restored, or comments that you edited by hand."""
    changed(home, lambda plain: plain, accept=True)
    click.echo("accepted")
