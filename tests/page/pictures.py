"""The pictures of docs/page.md: every screen of an instance that has been talked with, and sees people.

python -m tests.page.pictures: draws them anew, at a desk's width and a phone's."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
from selenium import webdriver

from actors.vocabulary.values import Person
from supervisor.demo.game_log import GameLog
from supervisor.demo.instance import DemoInstance
from supervisor.page.screens import SCREENS
from tests.doubles.model_server import ModelServer, Received, Step, words
from tests.flows.conftest import Command, ports
from tests.page.conftest import Page, driver_started
from tests.pictures.kept import kept_pictures

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
SEEN = 1005
"""The kept picture that the instance looks at."""
SETTLED = {"": (".picture + p", "Otto_vr 2"), "actors": ("#row-vision-tracker", "/s")}
"""What a screen says, and where, before its picture is taken."""
FPS, SECONDS = 5.0, 120
PEOPLE = {
    name: f"usr_00000000-0000-4000-8000-00000000000{n}"
    for n, name in enumerate(("Gerald", "Vera42", "Otto_vr", "Mikachan"))
}
TALK = (
    (
        "Vera42",
        "Hi Gerald! Do you know what a lighthouse keeper does?",
        "Keeps the lamp lit, night after night. I like the idea.",
    ),
    (
        "Otto_vr",
        "Which trains do you like best?",
        "Night trains. You fall asleep in one town, and wake up in another.",
    ),
    ("Vera42", "My dog is called Biscuit.", "Biscuit is a fine name. Does Biscuit like the sea?"),
)


class Scripted(ModelServer):
    """Answers each sentence of TALK as it is written there, and whatever else is asked with a word."""

    def next_answer(self, request: Received) -> Sequence[Step]:
        asked = json.dumps(request.body.get("messages", [])[-1:])
        return words(next((reply for _, said, reply in TALK if said in asked), "Okay."))


def film(path: Path) -> None:
    """One of the kept pictures, for as long as the instance looks at it."""
    (shown,) = (one for one in kept_pictures() if one.drawn.labels["seed"] == SEEN)
    height, width = shown.drawn.picture.shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (width, height))
    for _ in range(int(FPS * SECONDS)):
        writer.write(shown.drawn.picture)
    writer.release()


@contextlib.contextmanager
def visited(home: Path) -> Iterator[DemoInstance]:
    """An instance that two of its visitors have talked with."""
    film(home / "film.avi")
    own, *visitors = (Person(id, name) for name, id in PEOPLE.items())
    log = GameLog(home / "game", own, "The Old Lighthouse")
    with Scripted() as model:
        settings = (
            *ports(),
            "page.enabled=true",
            "page.port=0",
            f"llm.base_url={model.base_url}",
            "llm.model=llama3.2",
            f"vrchat.log_directory={home / 'game'}",
            "computer_vision.enabled=true",
            f"computer_vision.source=file:{home / 'film.avi'}",
        )
        with DemoInstance(home, settings, {}, "--text") as instance:
            for visitor in visitors:
                log.joined(visitor)
            for name, said, _ in TALK:
                instance.call({"do": "talk", "text": said, "as": name})
            yield instance


def draw(into: Path) -> None:
    """Write the pictures."""
    home = Path(tempfile.mkdtemp(prefix="gerald-pictures-"))
    try:
        with visited(home) as instance, driver_started() as driver:
            _shoot(instance, driver, into)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _shoot(instance: DemoInstance, driver: webdriver.Chrome, into: Path) -> None:
    link = json.loads(Command(instance.home)("page", "--json").splitlines()[-1])
    driver.get(link["link"])
    page = Page(driver, link["url"])
    for screen in SCREENS:
        for width, dark in ((1280, False), (360, True)):
            page.size(width, dark=dark)
            page.open(screen.name)
            page.find("main h1")
            css, text = SETTLED.get(screen.name, ("main", ""))
            page.until(css, text)
            file = into / f"page-{screen.name or 'now'}-{width}.png"
            driver.save_screenshot(str(file))
            print(file)


if __name__ == "__main__":
    draw(IMAGES)
