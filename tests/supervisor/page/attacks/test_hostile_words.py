"""Whatever people are called, say or write, and whatever stands in a log: it is text on the page, and nothing else.

Every template and every feed is shown values that are hostile in each place; new ones are found by themselves."""

import contextlib
import json
import random
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import jinja2.meta
import pytest

import supervisor.page
from supervisor.page.asking import Asking
from supervisor.page.live.events import event
from supervisor.page.screens import SCREENS
from supervisor.page.site import Site, environment
from tests.supervisor.page.attacks.hostile import MARK, WORDS, Hostile

PACKAGE = Path(supervisor.page.__file__).parent
TEMPLATES = sorted(
    file.relative_to(PACKAGE / "templates").as_posix() for file in PACKAGE.rglob("templates/**/*.html")
)
SEEDS = 12
LEADS = {
    "href",
    "src",
    "action",
    "formaction",
    "hx-get",
    "hx-post",
    "hx-put",
    "hx-delete",
    "sse-connect",
    "data",
}
TOKEN = "0" * 64


class Reader(HTMLParser):
    """Reads a page as a browser does; `wrong` is what no template of ours has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        given = {name: value or "" for name, value in attrs}
        if (
            not re.fullmatch(r"[a-z][a-z0-9]*", tag)
            or MARK in tag
            or tag in ("iframe", "object", "embed", "base")
        ):
            self.wrong.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.wrong.append("a script within the page")
        if tag == "style":
            self.wrong.append("a style within the page")
        for name in names:
            ours = name == "http-equiv" and given.get("content") == "0; url=/"
            if (name.startswith(("on", "hx-on")) or name in ("style", "srcdoc", "http-equiv")) and not ours:
                self.wrong.append(f"<{tag} {name}>")
            if MARK in name or names.count(name) > 1:
                self.wrong.append(f"<{tag} {name}>")
        for name in LEADS & set(names):
            leads_here = re.match(r"(/(?![/\\])|#|\?|data:image/|$)", given[name])
            if not leads_here and tag != "link":
                self.wrong.append(f"<{tag} {name}={given[name]!r}> leads elsewhere")


def wrong_in(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.wrong


def hostile_environment() -> jinja2.Environment:
    made = environment()
    made.policies["json.dumps_function"] = lambda value, **options: json.dumps(value, default=str, **options)
    return made


def unknown_in(templates: jinja2.Environment) -> set[str]:
    """Every name that some template is given."""
    found: set[str] = set()
    for name in TEMPLATES:
        text = (PACKAGE / "templates" / name).read_text("utf-8")
        found |= jinja2.meta.find_undeclared_variables(templates.parse(text))
    return found


def rendered(name: str) -> Iterator[str]:
    """The template with hostile values, in every seed in which it takes them."""
    templates = hostile_environment()
    names = unknown_in(templates)
    for seed in range(SEEDS):
        chance = random.Random(f"{name} {seed}")
        values = {one: Hostile(chance) for one in names}
        given = {**values, "form_token": TOKEN, "signed_in": bool(seed % 2), "may_act": bool(seed % 3)}
        given |= {"screens": SCREENS, "back": "/"}  # see test_no_way_back_leads_to_another_site
        with contextlib.suppress(TypeError, ValueError, KeyError, jinja2.UndefinedError):
            yield templates.get_template(name).render(given)


@pytest.mark.parametrize("name", TEMPLATES)
def test_hostile_words_are_text_in_every_template(name: str) -> None:
    pages = list(rendered(name))
    assert pages, "no hostile value fits: let tests/supervisor/page/attacks/hostile.py be what it wants"
    for page in pages:
        assert wrong_in(page) == []


def test_hostile_words_do_reach_the_templates() -> None:
    for name in ("_tree.html", "actor.html", "outcome.html", "said.html"):
        assert any(MARK in page for page in rendered(name)), name


def test_hostile_words_are_text_in_every_feed(tmp_path: Path) -> None:
    site = Site(tmp_path, Asking(tmp_path), SCREENS, hostile_environment())
    shown = 0
    for feed in (feed for screen in SCREENS for feed in screen.feeds(site)):
        for seed in range(SEEDS):
            with contextlib.suppress(
                Exception
            ):  # news of a known shape: what it is made of is shown by a template
                for html in feed.show(Hostile(random.Random(f"{feed.topic} {seed}")), True).values():
                    shown += 1
                    assert wrong_in(html) == []
    assert shown


@pytest.mark.parametrize("words", WORDS)
def test_an_event_is_one_event_whatever_is_said_in_it(words: str) -> None:
    sent = event("place", words).decode()
    assert sent.startswith("event: place\ndata: ")
    assert sent.endswith("\n\n")
    lines = sent.removesuffix("\n\n").split("\n")
    assert all(line.startswith("data: ") for line in lines[1:])


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{WORDS[0]}</p>",
        f'<p title="{WORDS[2]}">',
        f"<a href='{WORDS[5]}'>",
        f'<a href="{WORDS[14]}">',
        f"<p>{WORDS[4]}</p>",
        "<script>1</script>",
        "<p style='color: red'>",
        "<style>p {}</style>",
    ],
)
def test_the_reader_finds_what_was_not_escaped(html: str) -> None:
    assert wrong_in(html)


# -- the templates as they are written


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_has_a_script_a_style_or_raw_text(name: str) -> None:
    text = (PACKAGE / "templates" / name).read_text("utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup", text)
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|hx-on|javascript:", text, re.IGNORECASE)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_no_code_of_the_page_calls_a_text_markup() -> None:
    for file in PACKAGE.rglob("*.py"):
        assert not re.search(r"\bMarkup\b|\|safe|autoescape=False", file.read_text("utf-8")), file


def test_the_script_of_the_page_makes_no_html_of_text() -> None:
    script = "".join(file.read_text("utf-8") for file in (PACKAGE / "static").glob("*.js"))
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", script
    )
