"""Output of `supervisor chaos` and `supervisor simulate`: a progress bar, and a report."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial


def print_markup(lines: Iterable[str]) -> None:
    """Print lines of rich markup."""
    from rich.console import Console

    console = Console(emoji=False, highlight=False)
    for line in lines:
        console.print(line, soft_wrap=True)


@contextlib.contextmanager
def progress_bar(
    label: str, total: float, *, counted: bool = False, quiet: bool = False
) -> Iterator[Callable[..., None]]:
    """A bar on a terminal, nothing for scripts. Yields rich's Progress.update, with `what` for the text beside it.

    counted: shows `3/20` too.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(emoji=False, stderr=True)
    columns = (
        TextColumn("{task.description:>6}"),
        BarColumn(),
        *((MofNCompleteColumn(),) if counted else ()),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}"),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        yield partial(bar.update, bar.add_task(label, total=total, what=""))
