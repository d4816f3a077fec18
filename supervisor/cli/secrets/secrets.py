"""`supervisor secrets`: manages the encrypted values of config/secrets.yaml."""

import json
import os
import secrets as random
import sys
from pathlib import Path

import click

from config.home import Home
from config.secrets.data_key_file import open_data_cipher, rewrap_data_key
from config.secrets.key_file import (
    KEY_FILE_VARIABLE,
    EncryptionKeyError,
    KeySource,
    key_path,
    key_text,
    new_key_file,
    write_new,
)
from config.secrets.private_folder import private_folder
from config.secrets.secrets_file import read_metadata, read_source
from config.secrets.secrets_writer import HEAD, check_plain, encrypt_text, exclusive, write_secrets
from config.secrets.wrapped_key import BY_KEY_FILE, BY_PASSPHRASE, wrap
from config.secrets.yaml_values import METADATA
from config.syntax.errors import ConfigurationError
from config.syntax.mask import MASK
from config.syntax.node import find
from config.syntax.problem import dotted
from config.syntax.yaml_reader import decode
from supervisor.cli.options import fail, home_and_json, in_home, print_json
from supervisor.cli.secrets.change import changing, new_keys, opened, reported, show, value_of
from supervisor.console import is_console
from supervisor.exit_status import FAILED, UNREADABLE


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
    with reported(), exclusive(home):
        source = read_source(home)
        plain, shown = (source.text, source.file) if source is not None else (HEAD, "secrets.yaml")
        if f"\n{METADATA}:" in f"\n{plain}":
            fail(FAILED, f"{home.secrets_file} is encrypted already")
        with reported(FAILED):
            check_plain(plain, shown)
        by = BY_PASSPHRASE if by_passphrase else BY_KEY_FILE
        keys = new_keys(by, "GERALD_PASSPHRASE")
        data_key = os.urandom(32)
        wrapped = wrap(data_key, random.token_hex(8), by, keys)
        write_secrets(home, encrypt_text(plain, data_key, wrapped, 1), keys)
    click.echo(f"made {home.secrets_file}")
    if not by_passphrase:
        path = key_path(os.environ)
        click.echo(f"its key is {path}: keep a copy elsewhere, without it nobody can read the file")


@secrets.command("set")
@click.argument("key")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the value from standard input.")
@in_home
def set_(home: Home, key: str, from_stdin: bool) -> None:
    """Set KEY (such as llm.api_key) to a value that is asked for or read from standard input."""
    text = value_of(from_stdin)
    with changing(home, key) as change:
        change.put(text)
    click.echo(f"{key} is set")


@secrets.command()
@click.argument("key")
@in_home
def unset(home: Home, key: str) -> None:
    """Remove KEY from the file."""
    with changing(home, key) as change:
        try:
            change.drop()
        except KeyError as error:
            fail(FAILED, f"there is no secret {error.args[0]}")
    click.echo(f"{key} is gone")


@secrets.command()
@click.argument("key")
@click.option("--reveal", is_flag=True, help="Print to a terminal too.")
@in_home
def get(home: Home, key: str, reveal: bool) -> None:
    """Print the value of KEY to a pipe or a file."""
    values = {dotted(path): value for path, value in opened(home).values.items()}
    if key not in values:
        fail(FAILED, f"there is no secret {key}; see `supervisor secrets list`")
    if is_console(sys.stdout) and not reveal:
        fail(FAILED, "it would be visible on your screen; add --reveal to print it")
    click.echo(values[key] if isinstance(values[key], str) else json.dumps(values[key]))


@secrets.command("list")
@home_and_json
def list_(home: Home, as_json: bool) -> None:
    """List the keys in the file, without their values."""
    file = opened(home)
    nodes = {dotted(key): find(file.layer, key) for key in file.values}
    rows = [{"key": key, "line": node.line if node else 0} for key, node in nodes.items()]
    metadata = file.metadata
    if as_json:
        print_json({"file": str(home.secrets_file), "revision": metadata.revision, "secrets": rows})
        return
    for row in rows:
        click.echo(f"{row['key']}  {MASK}  {file.source.file}:{row['line']}")
    locked = f"key {metadata.wrapped.key}" if metadata.wrapped.key else "a passphrase"
    click.echo(f"revision {metadata.revision}, locked by {locked}")


@secrets.command()
@in_home
def edit(home: Home) -> None:
    """Open the values in $EDITOR, check the result, and encrypt what changed."""
    # Locked during the edit, so that no other change is lost.
    with changing(home) as change:
        after = _edited(change.plain)
        if after != change.plain:
            change.save(after)
    click.echo("saved" if after != change.plain else "nothing has changed")


def _edited(before: str) -> str:
    with private_folder() as folder:
        file = folder / "secrets.yaml"
        file.write_bytes(before.encode())
        file.chmod(0o600)
        while True:
            _run_editor(file)
            try:
                after = decode(file.read_bytes(), file.name, "secrets").replace("\r\n", "\n")
                check_plain(after, file.name)
                return after
            except ConfigurationError as error:
                show(error)
                if not is_console(sys.stdin) or not click.confirm("Edit again?", default=True):
                    fail(FAILED, "nothing was changed")


def _run_editor(file: Path) -> None:
    try:
        click.edit(filename=str(file))
    except (click.ClickException, ValueError) as error:
        fail(FAILED, f"{getattr(error, 'message', error)}; nothing was changed (EDITOR names the editor)")


@secrets.command()
@in_home
def rotate(home: Home) -> None:
    """Make a new data key and re-encrypt every value."""
    with changing(home) as change:
        old, data_key = change.file.metadata.wrapped, os.urandom(32)
        wrapped = wrap(data_key, old.id, old.by, change.file.keys, old.key)
        change.save(change.plain, data_key, wrapped)
    click.echo("every value is re-encrypted, with a new data key")


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
    if by_passphrase + new + (key_file is not None) != 1:
        raise click.UsageError("choose one of --passphrase, --new-keyfile and --key-file FILE")
    place, by = key_file, BY_PASSPHRASE if by_passphrase else BY_KEY_FILE
    with changing(home) as change:
        old, old_keys, data_key = change.file.metadata.wrapped, change.file.keys, change.file.data_key
        if home.data_key_file.exists():
            open_data_cipher(home, old_keys, make=False)  # raises before anything is changed
        if new:
            place = new_key_file(key_path(os.environ))
        keys = new_keys(by, "GERALD_NEW_PASSPHRASE", place)
        wrapped = wrap(data_key, old.id, by, keys)
        if wrapped.key and wrapped.key == old.key:
            fail(FAILED, f"{place} is the key that locks it now; nothing was changed")
        if old.by == by == BY_PASSPHRASE and keys.passphrase() == old_keys.passphrase():
            fail(FAILED, "that is the passphrase that locks it now; nothing was changed")
        change.save(change.plain, data_key, wrapped, keys)
        try:
            rewrap_data_key(home, old_keys, keys, wrapped)
        except EncryptionKeyError as error:
            where = f"{home.secrets_file} has the new lock, but {home.data_key_file} still has the old one: keep that"
            fail(UNREADABLE, f"{where}. {error}. {error.hint}".strip())
    where = f"; its key is {place}: keep a copy elsewhere" if place else ""
    click.echo(f"the lock is changed{where}" + (f", and set {KEY_FILE_VARIABLE}={place}" if key_file else ""))


@secrets.command("export-key")
@click.option("--to", type=click.Path(path_type=Path), help="Write to this new file, readable by you only.")
@in_home
def export_key(home: Home, to: Path | None) -> None:
    """Print the key file, for a copy in a safe place or on another machine. Anybody who has it can read the secrets."""
    with reported():
        source = read_source(home)
        wrapped = read_metadata(source).wrapped if source is not None else None
        if wrapped is not None and wrapped.by == BY_PASSPHRASE:
            fail(FAILED, f"{home.secrets_file} is locked by a passphrase; there is no key file to export")
        text = key_text(KeySource(os.environ).key_file(wrapped.key if wrapped is not None else ""))
        if to is None:
            click.echo(text, nl=False)
        else:
            write_new(to, text)
    if to is not None or is_console(sys.stdout):
        click.echo(f"{to or 'this'}: anybody with this key can read the secrets", err=True)


@secrets.command()
@in_home
def accept(home: Home) -> None:
    """Accept the file as it is: an older revision that you restored, or comments that you edited by hand."""
    with changing(home, accept=True) as change:
        change.save(change.plain)
    click.echo("accepted")
