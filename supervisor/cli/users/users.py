"""`supervisor users`: lists, shows, erases and blocks people."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import click
import msgspec

from actors.users.state import Fact, PersonRow, UsersState, UserState, find, told_of_others
from actors.vocabulary.values import Person, person_named
from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.client import ask_one
from supervisor.cli.literal import given
from supervisor.cli.options import confirm, fail, home_and_json, print_json, wide_console, yes_option
from supervisor.cli.users.export import write_new
from supervisor.exit_status import FAILED, NO_INSTANCE
from supervisor.instance import running_instance
from supervisor.offline.people import everything_of, is_called, near, rows_of, voice_kept


@click.group()
def users() -> None:
    """List, show, correct, merge, erase or block people."""


@users.command("list")
@home_and_json
def list_(home: Home, as_json: bool) -> None:
    """List everybody Gerald remembers, the last seen first. Without a running instance: as stored."""
    rows = _rows(home)
    if as_json:
        print_json([msgspec.to_builtins(row) for row in rows])
        return
    from supervisor.cli.users.show import table

    if not rows:
        click.echo("nobody is remembered yet")
        return
    console = wide_console()
    console.print(table(rows, console.width))


@users.command()
@click.argument("name")
@click.option(
    "--export", "file", type=click.Path(path_type=Path), help="Write all of it to this file, as JSON."
)
@home_and_json
def show(home: Home, name: str, file: Path | None, as_json: bool) -> None:
    """Print what is remembered of the person with this id or NAME. Without a running instance: as stored.

    --export writes all that the person may ask for: their record, and what they told of others. Only you can read
    the file, which must not exist."""
    name = given(name)
    found, told = _found(home, name)
    user = _only(home, name, found)
    if file is not None:
        write_new(file, everything_of(user, told, voice_kept=voice_kept(home.path, user)))
        click.echo(f"what is remembered of {printable(user.display_name)} is in {file}", err=as_json)
    if as_json:
        print_json(msgspec.to_builtins(user))
    elif file is None:
        from rich.console import Console

        from supervisor.cli.users.show import person_view

        view = person_view(user, told, voice_kept=voice_kept(home.path, user))
        Console(emoji=False, highlight=False).print(view, soft_wrap=True)


@users.command()
@click.argument("name")
@yes_option
@click.option("--traces", is_flag=True, help="Also delete finished trace files that mention the person.")
@home_and_json
def forget(home: Home, name: str, yes: bool, traces: bool, as_json: bool) -> None:
    """Erase the person with this id or NAME. This cannot be undone.

    The command ends when the erasure is on disk: no restart and no backup restored later brings the person back. It
    then lists where else their words may still be. With --traces it also accepts somebody who was erased before, and
    needs no running instance for that.
    """
    runs = running_instance(home.path)
    if not (runs or traces):
        fail(NO_INSTANCE, f"no Gerald runs in {home.path}; start one with `supervisor run`, and ask again")
    name = given(name)
    found, _ = _found(home, name)
    people: tuple[Person, ...] = ()
    wanted: tuple[Person, ...]
    if not found and traces:
        wanted = (Person(name, name), person_named(name))
    else:
        user = _only(home, name, found)
        if not is_called(user, name):
            who = f"{user.display_name} ({user.user_id})"
            fail(
                FAILED, f"nobody is called {name!r}; {who} is only written alike: give the id to forget them"
            )
        if not runs:
            fail(NO_INSTANCE, f"{user.display_name} is remembered: start Gerald to have them forgotten")
        who = f"{user.display_name} ({user.user_id})"
        confirm(f"Forget {who} for good?", f"{who} would be forgotten for good; add --yes if so", yes=yes)
        answer = ask_one(home, {"do": "forget", "name": user.user_id})
        people = _people(answer["forgotten"])
        wanted = (*people, *_people(answer["also"]))
    if not as_json:
        for person in people:
            click.echo(printable(f"{person.name} ({person.user_id}) is forgotten"))
        if not people:
            click.echo(f"nobody is known by {name!r}; looking at the trace only")
    from supervisor.cli.users.remnants import tell_elsewhere

    elsewhere = tell_elsewhere(home, wanted, delete=traces, silent=as_json)
    if as_json:
        print_json({"forgotten": msgspec.to_builtins(people), "elsewhere": elsewhere})


@users.command()
@click.argument("one")
@click.argument("other")
@home_and_json
def merge(home: Home, one: str, other: str, as_json: bool) -> None:
    """The entries ONE and OTHER (names or ids) are of one person: make them one.

    One of them is known by name only, as from a terminal or before VRChat's log named the account; its entry goes into
    the other one, which is found by both names then. It cannot be undone."""
    first, second = (_the_one(home, name) for name in (one, other))
    answer = ask_one(home, {"do": "merge", "one": first.user_id, "other": second.user_id})
    if as_json:
        print_json(answer)
        return
    into, absorbed = _people((answer["into"], answer["absorbed"]))
    click.echo(printable(f"{absorbed.name} is {into.name} ({into.user_id}) from now on"))


@users.command()
@click.argument("name")
@click.argument("fact")
@click.option("--to", help="What is true.")
@click.option("--drop", is_flag=True, help="It is not true; forget it.")
@home_and_json
def correct(home: Home, name: str, fact: str, to: str | None, drop: bool, as_json: bool) -> None:
    """Change or drop what is remembered of the person with this id or NAME.

    FACT is the words of a fact as `supervisor users show` prints them, or some that no other one has; or the matter of
    a preference: `tea`, or `called` for the name by which Gerald calls the person."""
    if drop == bool(to and to.strip()):
        raise click.UsageError("say either --to TEXT, what is true, or --drop")
    user = _the_one(home, name)
    answer = ask_one(home, {"do": "correct", "name": user.user_id, "what": given(fact), "to": to or ""})
    if as_json:
        print_json(answer)
        return
    after = f"now: {answer['after']}" if answer["after"] else "dropped"
    click.echo(printable(f"{user.display_name}: {answer['before']}; {after}"))


@users.command()
@click.argument("name")
@home_and_json
def block(home: Home, name: str, as_json: bool) -> None:
    """Have nothing to do with the person with this id or NAME: they are not answered, not remembered and not greeted.

    It holds at once and after every restart. Who was never met can be blocked: then it is whoever goes by the NAME.
    What is remembered of them stays; `supervisor users forget` erases it, and leaves the block."""
    _set_blocked(home, name, True, as_json)


@users.command()
@click.argument("name")
@home_and_json
def unblock(home: Home, name: str, as_json: bool) -> None:
    """Take back that the person with this id or NAME is blocked."""
    _set_blocked(home, name, False, as_json)


def _set_blocked(home: Home, name: str, wanted: bool, as_json: bool) -> None:
    _ensure_running(home)
    name = given(name)
    found, _ = _found(home, name)
    if len(found) > 1:
        _only(home, name, found)
    if found:
        _ensure_called(found[0], name)
    answer = ask_one(home, {"do": "block", "name": found[0].user_id if found else name, "blocked": wanted})
    if as_json:
        print_json(answer)
        return
    whoever = "whoever goes by that name " if answer["named_only"] and wanted else ""
    said = "is blocked" if wanted else "is no longer blocked"
    click.echo(printable(f"{answer['name'] or name}: {whoever}{said}"))


def _ensure_running(home: Home) -> None:
    if not running_instance(home.path):
        fail(NO_INSTANCE, f"no Gerald runs in {home.path}; start one with `supervisor run`, and ask again")


def _ensure_called(user: UserState, name: str) -> None:
    """Exits with 1 where the name is only written alike."""
    if not is_called(user, name):
        who = f"{user.display_name} ({user.user_id})"
        fail(FAILED, f"nobody is called {name!r}; {who} is only written alike: give the id to mean them")


def _the_one(home: Home, name: str) -> UserState:
    """Who is meant, in a running instance."""
    _ensure_running(home)
    name = given(name)
    user = _only(home, name, _found(home, name)[0])
    _ensure_called(user, name)
    return user


def _people(plain: Iterable[Mapping[str, str]]) -> tuple[Person, ...]:
    return tuple(Person(one["user_id"], one["name"]) for one in plain)


def _rows(home: Home) -> tuple[PersonRow, ...]:
    if not running_instance(home.path):
        return rows_of(_stored(home))
    return msgspec.convert(ask_one(home, {"do": "people"})["people"], tuple[PersonRow, ...])


def _found(home: Home, name: str) -> tuple[tuple[UserState, ...], tuple[Fact, ...]]:
    """Who goes by it; and what the only one told of others."""
    if not name.strip():
        raise click.BadParameter("it is empty", param_hint="NAME")
    if not running_instance(home.path):
        state = _stored(home)
        found = find(state, name)
        return found, told_of_others(state, found[0]) if len(found) == 1 else ()
    answer = ask_one(home, {"do": "person", "name": name})
    people = msgspec.convert(answer["people"], tuple[UserState, ...])
    return people, msgspec.convert(answer.get("told", ()), tuple[Fact, ...])


def _only(home: Home, name: str, found: tuple[UserState, ...]) -> UserState:
    """The one person found. Exits with 1 when there are several, or none: then with similar names."""
    if len(found) == 1:
        return found[0]
    if found:
        lines = "\n".join(f"  {user.user_id}  {user.display_name}" for user in found)
        fail(FAILED, f"several people are called {name!r}; give the id of one:\n{lines}")
    similar = " or ".join(map(repr, near(name, _rows(home))))
    fail(FAILED, f"nobody is known by {name!r}" + (f"; did you mean {similar}?" if similar else ""))


def _stored(home: Home) -> UsersState:
    from supervisor.offline.store import stored_states

    for stored in stored_states(home, ("users",)):
        assert isinstance(stored.document.state, UsersState)
        return stored.document.state
    return UsersState()
