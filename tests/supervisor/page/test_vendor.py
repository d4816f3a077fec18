"""The files of others are unchanged, licensed and named, and nothing else lies among them."""

import hashlib
import re
from pathlib import Path

import supervisor.page

VENDOR = Path(supervisor.page.__file__).parent / "static" / "vendor"
NOTICE = Path(__file__).resolve().parents[3] / "NOTICE"
ROW = re.compile(r"^\| (\S+) \| (\S+)@(\S+) \| (\S+) \| ([0-9a-f]{64}) \|$", re.MULTILINE)


def test_every_file_has_the_sum_that_is_written_down() -> None:
    rows = ROW.findall((VENDOR / "README.md").read_text("utf-8"))
    sums = {name: digest for name, _, _, _, digest in rows}
    there = {file.name for file in VENDOR.iterdir() if file.suffix in (".js", ".css")}
    assert sums.keys() == there
    for name, digest in sums.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


def test_every_package_has_its_licence_beside_it_and_in_the_notice() -> None:
    notice = NOTICE.read_text("utf-8")
    licences = {file.stem for file in VENDOR.glob("*.LICENSE")}
    named = {"htmx.org": "htmx", "htmx-ext-sse": "htmx-sse", "idiomorph": "idiomorph", "uplot": "uPlot"}
    for _, package, _, licence, _ in ROW.findall((VENDOR / "README.md").read_text("utf-8")):
        assert named[package] in licences
        assert licence in notice
        assert (package if package.startswith("htmx-") else named[package]) in notice
