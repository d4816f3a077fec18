"""`supervisor secrets`: the encrypted values of config/secrets.yaml."""

import json
import os
import secrets as random
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from config.errors import ConfigurationError
from config.home import Home
from supervisor.cli.options import FAILED, UNREADABLE, fail, in_home, json_option, print_json

if TYPE_CHECKING:
    from config.secrets.change import Content
    from config.secrets.keyfile import Opener
    from config.secrets.vault import Vault

__all__ = ["secrets"]


@click.group()
def secrets() -> None:
    """Keep API keys and passwords in config/secrets.yaml, encrypted value by value.

    The key is the file that GERALD_KEY_FILE names, else `key` in your configuration folder; or a passphrase,
    asked for, or given as GERALD_PASSPHRASE.
    """


@secrets.command()
@click.option(
    "--passphrase", "by_passphrase", is_flag=True, help="Lock it by a passphrase, not by a key file."
)
@in_home
def init(home: Home, by_passphrase: bool) -> None:
    """Make config/secrets.yaml; one that is there and not encrypted yet is encrypted in its place."""
    from config.secrets.change import HEAD, Content, check_plain, sealed, writing, written
    from config.secrets.spans import META
    from config.secrets.vault import read_source

    with _said(), writing(home):
        source = read_source(home)
        plain = source.text if source is not None else HEAD
        if f"\n{META}:" in f"\n{plain}":
            fail(FAILED, f"{home.secrets_file} is encrypted already")
        check_plain(plain, source.file if source is not None else "secrets.yaml")
        data_key, id = os.urandom(32), random.token_hex(8)
        lock, opener = _new_lock(data_key, id, by_passphrase)
        written(home, sealed(plain, Content(data_key, id, lock), 1), opener)
    click.echo(f"made {home.secrets_file}")
    if not by_passphrase:
        click.echo(f"its key is {_key_path()}: keep a copy elsewhere, nothing opens the file without it")


@secrets.command("set")
@click.argument("key")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the value from standard input.")
@in_home
def set_(home: Home, key: str, from_stdin: bool) -> None:
    """Set KEY (as in llm.api_key) to a value that is asked for, or read from standard input."""
    value = _value(from_stdin)

    def change(plain: str) -> str:
        from config.environment import split_key
        from config.secrets.change import with_value

        return with_value(plain, split_key(key), value)

    _changed(home, change)
    click.echo(f"{key} is set")


@secrets.command()
@click.argument("key")
@in_home
def unset(home: Home, key: str) -> None:
    """Take KEY out of the file."""

    def change(plain: str) -> str:
        from config.environment import split_key
        from config.secrets.change import without_value

        try:
            return without_value(plain, split_key(key))
        except KeyError as error:
            fail(FAILED, f"there is no secret {error.args[0]}")

    _changed(home, change)
    click.echo(f"{key} is gone")


@secrets.command()
@click.argument("key")
@click.option("--reveal", is_flag=True, help="Print it on a terminal too.")
@in_home
def get(home: Home, key: str, reveal: bool) -> None:
    """Print the value of KEY, into a pipe or a file."""
    from config.environment import split_key

    vault = _open(home)
    path = split_key(key)
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
    """List the keys that the file has, without their values."""
    from config.conceal import MASK
    from config.node import find
    from config.problem import dotted

    vault = _open(home)
    rows = []
    for key in vault.values:
        node = find(vault.layer, key)
        rows.append({"key": dotted(key), "line": node.line if node is not None else 0})
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
    """Open the values in $EDITOR, check what comes back, and encrypt what has changed."""
    from config.secrets.change import check_plain, plain_text
    from config.secrets.private import private_folder

    vault = _open(home)
    with _said(), private_folder() as folder:
        file = folder / "secrets.yaml"
        before = plain_text(vault)
        file.write_text(before, encoding="utf-8")
        file.chmod(0o600)
        while True:
            _run_editor(file)
            after = file.read_text(encoding="utf-8")
            if after == before:
                click.echo("nothing has changed")
                return
            try:
                check_plain(after, "secrets.yaml")
                break
            except ConfigurationError as error:
                _show(error)
                if not sys.stdin.isatty() or not click.confirm("Edit again?", default=True):
                    fail(FAILED, "nothing was changed")
    _changed(home, lambda _: after, expected=vault.meta.revision)
    click.echo("saved")


@secrets.command()
@in_home
def rotate(home: Home) -> None:
    """Make a new data key and encrypt everything anew."""
    from config.secrets.change import Content

    def fresh(vault: "Vault", opener: "Opener") -> "Content":
        data_key, id = os.urandom(32), vault.meta.id
        return Content(data_key, id, _same_lock(vault, data_key, opener))

    _changed(home, lambda plain: plain, content=fresh)
    click.echo("every value is encrypted anew, with a new data key")


@secrets.command()
@click.option("--passphrase", "by_passphrase", is_flag=True, help="Lock it by a passphrase from now on.")
@click.option(
    "--key-file", type=click.Path(path_type=Path), help="Lock it by this key file; made if it is not there."
)
@in_home
def rekey(home: Home, by_passphrase: bool, key_file: Path | None) -> None:
    """Lock the file by another key file, or by another passphrase; the values stay as they are."""
    from config.secrets.change import Content
    from config.secrets.keyfile import VARIABLE, Opener

    if by_passphrase == (key_file is not None):
        raise click.UsageError("say what shall lock it: --key-file PATH, or --passphrase")
    found: list[Any] = []

    def other(vault: "Vault", opener: "Opener") -> "Content":
        if by_passphrase and vault.meta.lock.by == "passphrase":
            return _other_passphrase(vault, opener, found)
        environ = {VARIABLE: str(key_file)} if key_file is not None else dict(os.environ)
        lock, opens = _new_lock(vault.data_key, vault.meta.id, by_passphrase, environ)
        if lock.key and lock.key == vault.meta.lock.key:
            fail(FAILED, f"{key_file} is the key that locks it now; nothing was changed")
        found.append(opens)
        return Content(vault.data_key, vault.meta.id, lock)

    _changed(home, lambda plain: plain, content=other, opens=lambda: found[0])
    assert isinstance(found[0], Opener)
    click.echo("the lock is changed" + (f"; set {VARIABLE}={key_file}" if key_file is not None else ""))


@secrets.command("export-key")
@click.option("--to", type=click.Path(path_type=Path), help="Write it there, readable by you only.")
@in_home
def export_key(home: Home, to: Path | None) -> None:
    """Print the key file, for a copy in a safe place or on another machine. Whoever has it can read the secrets."""
    from config.overrides import write_private
    from config.secrets.cipher import b64
    from config.secrets.keyfile import MARK, KeyTrouble, read_key_file

    try:
        text = f"{MARK} {b64(read_key_file(_key_path()))}\n"
        if to is None:
            click.echo(text, nl=False)
        else:
            write_private(to, text.encode())
            click.echo(f"wrote {to}")
    except KeyTrouble as trouble:
        fail(FAILED, f"{trouble}. {trouble.hint}")
    except OSError as error:
        fail(FAILED, f"{to}: {error.strerror or error}")


@secrets.command()
@in_home
def accept(home: Home) -> None:
    """Take the file as it is: an older revision that you restored, or comments that you changed by hand."""
    _changed(home, lambda plain: plain, accept=True)
    click.echo("accepted")


# -- what several commands do


def _changed(
    home: Home,
    change: Callable[[str], str],
    *,
    content: "Callable[[Vault, Opener], Content] | None" = None,
    opens: "Callable[[], Opener] | None" = None,
    expected: int = 0,
    accept: bool = False,
) -> None:
    """Open, change, check, seal and write, with nobody else in between."""
    from config.secrets.change import Content, check_plain, plain_text, sealed, writing, written
    from config.secrets.seen import seen_revision

    with _said(), writing(home):
        vault, opener = _open(home, accept=accept), _opener()
        if expected and vault.meta.revision != expected:
            fail(FAILED, "somebody else has changed the file meanwhile; nothing was written")
        plain = change(plain_text(vault))
        check_plain(plain, "secrets.yaml")
        keys = content(vault, opener) if content is not None else Content.of(vault)
        revision = 1 + max(vault.meta.revision, seen_revision(home, vault.meta.id))
        written(home, sealed(plain, keys, revision, vault), opens() if opens is not None else opener)


def _open(home: Home, *, accept: bool = False) -> "Vault":
    from config.secrets.vault import open_vault

    with _said():
        vault = open_vault(home, os.environ, _ask_once, accept=accept)
    if vault is None:
        fail(FAILED, f"there is no {home.secrets_file}; make it with `supervisor secrets init`")
    return vault


@contextmanager
def _said() -> Iterator[None]:
    """Whatever goes wrong is said in a line, or with its place."""
    import filelock

    from config.secrets.keyfile import KeyTrouble

    try:
        yield
    except ConfigurationError as error:
        _show(error)
        sys.exit(UNREADABLE)
    except KeyTrouble as trouble:
        fail(UNREADABLE, f"{trouble}. {trouble.hint}".strip())
    except filelock.Timeout:
        fail(FAILED, "another command is changing the secrets; try again when it is done")
    except OSError as error:
        fail(FAILED, f"{error.filename or 'the secrets'}: {error.strerror or error}")


def _show(error: ConfigurationError) -> None:
    from config.render import render

    click.echo(render(error.problems, colour=sys.stderr.isatty()), err=True, nl=False)


_asked: list[str] = []


def _ask_once() -> str:
    if not _asked:
        if not sys.stdin.isatty():
            fail(UNREADABLE, "it is locked by a passphrase: set GERALD_PASSPHRASE, or run this on a terminal")
        _asked.append(str(click.prompt("Passphrase", hide_input=True, err=True)))
    return _asked[0]


def _opener() -> "Opener":
    from config.secrets.keyfile import Opener

    return Opener(os.environ, _ask_once)


def _key_path() -> Path:
    from config.secrets.keyfile import key_path

    return key_path(os.environ)


def _new_lock(data_key: bytes, id: str, by_passphrase: bool, environ: Any = None) -> tuple[Any, "Opener"]:
    from config.secrets.change import keyfile_lock, passphrase_lock
    from config.secrets.keyfile import PASSPHRASE, Opener, key_path, make_key_file

    environ = os.environ if environ is None else environ
    if not by_passphrase:
        return keyfile_lock(data_key, id, make_key_file(key_path(environ))), Opener(environ)
    given = os.environ.get(PASSPHRASE) or _new_passphrase()
    return passphrase_lock(data_key, id, given), Opener({PASSPHRASE: given})


def _same_lock(vault: "Vault", data_key: bytes, opener: "Opener") -> Any:
    from config.secrets.change import keyfile_lock, passphrase_lock

    if vault.meta.lock.by == "passphrase":
        return passphrase_lock(data_key, vault.meta.id, opener.passphrase())
    return keyfile_lock(data_key, vault.meta.id, opener.key_file())


def _other_passphrase(vault: "Vault", opener: "Opener", found: list[Any]) -> "Content":
    """GERALD_PASSPHRASE is the present one here: the new one is asked for."""
    from config.secrets.change import Content, passphrase_lock
    from config.secrets.keyfile import PASSPHRASE, Opener

    new = _new_passphrase("run this on a terminal, which asks for the new passphrase")
    if new == opener.passphrase():
        fail(FAILED, "that is the passphrase that locks it now; nothing was changed")
    found.append(Opener({PASSPHRASE: new}))
    return Content(vault.data_key, vault.meta.id, passphrase_lock(vault.data_key, vault.meta.id, new))


def _new_passphrase(otherwise: str = "set GERALD_PASSPHRASE, or run this on a terminal") -> str:
    if not sys.stdin.isatty():
        fail(FAILED, otherwise)
    return str(click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))


def _value(from_stdin: bool) -> str:
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.read().rstrip("\n")
    return str(click.prompt("Value", hide_input=True, err=True))


def _run_editor(file: Path) -> None:
    chosen = (
        os.environ.get("VISUAL") or os.environ.get("EDITOR") or shutil.which("nano") or shutil.which("vi")
    )
    if not chosen:
        _no_editor("set EDITOR to an editor")
    try:
        ended = subprocess.run([*shlex.split(chosen), str(file)], check=False)
    except OSError as error:
        _no_editor(f"{chosen}: {error.strerror or error}")
    if ended.returncode:
        fail(FAILED, f"the editor ended with status {ended.returncode}; nothing was changed")


def _no_editor(why: str) -> NoReturn:
    fail(FAILED, f"no editor could be opened: {why}")
