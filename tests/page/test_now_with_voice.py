"""The first screen of an instance that hears, speaks and sees: its level, its switches and its picture."""

import wave
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from supervisor.demo.instance import DemoInstance
from tests.doubles.forked import ForkedProcess
from tests.flows.conftest import ports
from tests.page.conftest import WITHIN, Page

LOUD = 8000


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoInstance]:
    """It hears a tone from a file, is heard by nobody, and looks at a film of nothing."""
    home = tmp_path_factory.mktemp("home")
    with wave.open(str(home / "tone.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        seconds = np.arange(16000 * 120) / 16000.0
        file.writeframes((LOUD * np.sin(2000.0 * seconds)).astype("<i2").tobytes())
    film = cv2.VideoWriter(str(home / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 5.0, (320, 180))
    for _ in range(600):
        film.write(np.full((180, 320, 3), 120, np.uint8))
    film.release()
    settings = (
        *ports(),
        "llm.mock_responses=true",
        "page.enabled=true",
        "page.port=0",
        "audio.input_device=file:tone.wav",
        "audio.output_device=none",
        "computer_vision.enabled=true",
        f"computer_vision.source=file:{home / 'film.avi'}",
    )
    with DemoInstance(home, settings, {}, start=ForkedProcess) as running:
        yield running


def test_how_loud_it_is_is_shown(page: Page) -> None:
    page.open("/")
    loud = page.find("[sse-swap=level] rect.loud")
    assert float(loud.get_attribute("width") or 0) > 50.0
    assert page.complaints() == []


def test_its_ears_and_its_voice_are_muted_and_unmuted(page: Page, instance: DemoInstance) -> None:
    page.open("/")
    for what in ("ears", "voice"):
        page.press(f"Mute {what}")
        page.until(f"#mute-{what}", f"Unmute {what}")
        page.until("#said", f"{what}: muted")
        page.press(f"Unmute {what}")
        page.until(f"#mute-{what}-button", f"Mute {what}")
    assert page.complaints() == []


def test_what_it_sees_is_shown_and_changes(page: Page) -> None:
    page.open("/")
    first = page.find(".picture img").get_attribute("src")
    width = "return document.querySelector('.picture img').naturalWidth"
    WebDriverWait(page.driver, WITHIN).until(lambda driver: driver.execute_script(width) == 320)

    def changed(_: object) -> bool:
        return bool(page.driver.find_element(By.CSS_SELECTOR, ".picture img").get_attribute("src") != first)

    WebDriverWait(page.driver, WITHIN).until(changed, "the picture did not change")
    assert page.complaints() == []
    assert page.barriers() == []
