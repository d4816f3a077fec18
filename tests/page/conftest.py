"""A running instance with its page, and a real browser: Debian's chromium and chromium-driver.

Without them the tests are skipped; `make test-page` installs them."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from supervisor.demo.instance import DemoInstance
from tests.doubles.forked import ForkedProcess
from tests.flows.conftest import Command, ports

WITHIN = 30.0
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
SIZES = {1280: 900, 360: 740}
SHOTS = os.environ.get("GERALD_SHOTS", "")
"""A folder into which a picture of each screen that is opened is put."""
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    if not (CHROMIUM and DRIVER):
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="needs chromium and chromium-driver"))


class Page:
    """The browser, signed in at the page of an instance."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver, self.url = driver, url

    def size(self, width: int, *, dark: bool = False) -> None:
        """As a phone or a desk has it: by emulation, since a window cannot be narrow."""
        metrics = {"width": width, "height": SIZES[width], "deviceScaleFactor": 1, "mobile": width < 700}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def open(self, path: str) -> None:
        self.driver.get(self.url + path.lstrip("/"))

    def find(self, css: str) -> WebElement:
        """The first element, as soon as it is there."""
        return WebDriverWait(self.driver, WITHIN).until(
            lambda driver: driver.find_element(By.CSS_SELECTOR, css),
            f"{css} is not on {self.driver.current_url}",
        )

    def until(self, css: str, text: str) -> str:
        """Wait until the element says `text` somewhere; all that it says."""

        def says(driver: webdriver.Chrome) -> str:
            try:
                said: str = driver.find_element(By.CSS_SELECTOR, css).text
            except Exception:  # it is just being replaced
                return ""
            return said if text in said else ""

        return WebDriverWait(self.driver, WITHIN).until(says, f"{css} does not say {text!r}")

    def hidden(self, css: str) -> None:
        """Wait until the element is not shown."""
        WebDriverWait(self.driver, WITHIN).until(
            lambda driver: not driver.find_element(By.CSS_SELECTOR, css).is_displayed(),
            f"{css} is still shown",
        )

    def press(self, text: str) -> None:
        """Press the button with this text, and say yes if that is asked."""
        self.find("main")
        button = self.driver.find_element(By.XPATH, f"//main//button[normalize-space()='{text}']")
        button.click()
        try:
            self.driver.switch_to.alert.accept()
        except Exception:  # nothing was asked
            return

    def overflows(self) -> bool:
        """Whether the page must be moved sideways to be read."""
        wide: int = self.driver.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide > 0

    def complaints(self) -> list[str]:
        """What the console says since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def barriers(self) -> list[str]:
        """What axe-core finds that is serious."""
        self.driver.execute_script(AXE.read_text("utf-8"))
        found: dict[str, Any] = self.driver.execute_async_script(
            "axe.run(document, {resultTypes: ['violations']}).then(arguments[arguments.length - 1])"
        )
        return [
            f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]

    def shoot(self, name: str) -> None:
        """Take a picture, where pictures are wanted."""
        if SHOTS:
            self.driver.save_screenshot(str(Path(SHOTS) / f"{name}.png"))


@contextlib.contextmanager
def driver_started() -> Iterator[webdriver.Chrome]:
    """A browser without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--hide-scrollbars",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    started.set_page_load_timeout(WITHIN)
    try:
        yield started
    finally:
        started.quit()


@pytest.fixture(scope="session")
def driver() -> Iterator[webdriver.Chrome]:
    with driver_started() as started:
        yield started


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoInstance]:
    """A whole instance that reads and writes, with a page at a free port."""
    home = tmp_path_factory.mktemp("home")
    settings = (*ports(), "llm.mock_responses=true", "page.enabled=true", "page.port=0")
    with DemoInstance(home, settings, {}, "--text", start=ForkedProcess) as running:
        yield running


@pytest.fixture
def page(instance: DemoInstance, driver: webdriver.Chrome) -> Page:
    """Signed in as its owner."""
    link = json.loads(Command(instance.home)("page", "--json").splitlines()[-1])
    driver.delete_all_cookies()
    driver.get(link["link"])
    signed_in = Page(driver, link["url"])
    signed_in.size(1280)
    signed_in.find("nav[aria-label=Screens]")
    signed_in.complaints()
    return signed_in
