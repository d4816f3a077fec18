"""Makes the file and the homes of a new fleet, each with ports of its own."""

from pathlib import Path

from supervisor.fleet.fleet import MOST_HOMES

FIRST_PORT = 9100
FIRST_PAGE = 8800
LAST_PORT = 32767
"""Above it systems hand out ports by themselves."""


def text(names: tuple[str, ...], first_port: int, *, silent: bool, pages: bool) -> str:
    """The file's text. Raises ValueError where there are too many for the ports."""
    if len(names) > MOST_HOMES or first_port + 2 * len(names) > LAST_PORT:
        raise ValueError(f"{len(names)} homes from port {first_port} on need ports above {LAST_PORT}")
    homes = "".join(_home(name, first_port + 2 * number, number, pages) for number, name in enumerate(names))
    return f"""# The homes that `supervisor fleet` starts, stops and updates. Paths begin at this file's folder.
at_once: 2             # how many start at the same time
ready_within: 120      # seconds until a home that is not ready counts as failed
options: [{"--text" if silent else ""}]
# Over every home's own configuration, and below what a home sets here.
settings:
  page.enabled: {"true" if pages else "false"}
  osc.query: "off"
homes:
{homes}"""


def _home(name: str, port: int, number: int, pages: bool) -> str:
    page = f", page.port: {FIRST_PAGE + number}" if pages else ""
    return f"""  - name: {name}
    home: {name}
    settings: {{osc.input_port: {port + 1}, osc.output_port: {port}{page}}}
"""


def make(file: Path, names: tuple[str, ...], first_port: int, *, silent: bool, pages: bool) -> None:
    """Write the file and make the homes' folders. Raises FileExistsError, OSError, ValueError."""
    written = text(names, first_port, silent=silent, pages=pages)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as new:
        new.write(written)
    for name in names:
        (file.parent / name).mkdir(exist_ok=True)
