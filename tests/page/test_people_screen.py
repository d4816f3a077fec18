"""Who is known, what is known of them, and every button about it."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By

from supervisor.demo.instance import DemoInstance
from tests.page.conftest import Page

TALKS = (
    ("Timo", "I live in Bergen. My dog is called Rex."),
    ("Tim", "I like tea. I have a boat."),
    ("Anna", "Call me Ann. Timo has a piano."),
    ("Troll", "I am a troll."),
)

FETCHED = """
const done = arguments[arguments.length - 1];
fetch(document.querySelector("a[download]").href)
  .then(async (answer) => done([answer.headers.get("content-disposition"), await answer.json()]));
"""
"""What a link that is downloaded gives: its header, and the JSON."""


@pytest.fixture(autouse=True, scope="module")
def talked(instance: DemoInstance) -> None:
    for name, words in TALKS:
        instance.call({"do": "talk", "text": words, "as": name})


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A page of which the console says nothing."""
    yield page
    assert page.complaints() == []


def listed(page: Page) -> list[str]:
    return [one.text for one in page.driver.find_elements(By.CSS_SELECTOR, "tbody th a")]


def type_into(page: Page, css: str, text: str) -> None:
    field = page.find(css)
    field.clear()
    field.send_keys(text)


def test_people_are_found_by_a_part_of_their_name(quiet: Page) -> None:
    quiet.open("people?order=name")
    quiet.find("tbody")
    assert listed(quiet)[:2] == ["Anna", "Tim"]
    type_into(quiet, "input[type=search]", "tim")
    quiet.press("Search")
    quiet.until("main", "that have “tim”")
    assert sorted(listed(quiet)) == ["Tim", "Timo"]
    quiet.open("people?q=zzz")
    quiet.until("main", "Nobody has “zzz”")
    quiet.find("#here .off")


def test_a_fact_is_corrected_and_dropped_where_it_stands(quiet: Page) -> None:
    quiet.open("people/person?id=name:timo")
    quiet.until("#person", "I live in Bergen")
    quiet.find("ul[aria-labelledby=own] summary").click()
    type_into(quiet, "details[open] input[name=to]", "I live in Oslo")
    quiet.find("details[open] button").click()
    quiet.until("#said", "now: I live in Oslo")
    quiet.until("#person", "I live in Oslo")
    assert "Bergen" not in quiet.find("ul[aria-labelledby=own]").text
    quiet.open("people/person?id=name:anna")
    quiet.until("#person", "Gerald calls them Ann")
    quiet.driver.find_element(By.XPATH, "//li[contains(., 'calls them')]//summary").click()
    quiet.find("details[open] button[name=drop]").click()
    quiet.until("#person", "Gerald calls them by their name")


def test_two_entries_are_merged(quiet: Page) -> None:
    quiet.open("people/person?id=name:tim")
    type_into(quiet, "input[name=other]", "Nobody Else")
    quiet.press("Merge")
    quiet.until("#said", "nobody is known by 'Nobody Else'")
    assert all("409" in one for one in quiet.complaints()), "the refusal, and nothing else"
    type_into(quiet, "input[name=other]", "Timo")
    quiet.press("Merge")
    quiet.until("#said", "Tim is Timo (name:timo) from now on")
    quiet.until("#person h1", "Timo")
    quiet.until("#person", "I have a boat")
    quiet.driver.refresh()
    quiet.until("#person", "Also called")


def test_somebody_is_blocked_and_forgotten(quiet: Page) -> None:
    quiet.open("people/person?id=name:troll")
    quiet.press("Block")
    quiet.until("#person h1", "blocked")
    quiet.find("a.danger").click()
    quiet.until("h1", "Forget Troll?")
    assert quiet.barriers() == []
    quiet.press("Forget Troll for good")
    quiet.until("h1", "Forgotten")
    quiet.open("people")
    quiet.until("tbody", "(forgotten)")
    assert "Troll" not in listed(quiet)
    quiet.find("details summary").click()
    type_into(quiet, "details input[name=name]", "Stranger")
    quiet.driver.find_element(By.XPATH, "//details//button[.='Block']").click()
    quiet.until("#said", "Stranger: whoever goes by that name is blocked")
    quiet.open("people")
    quiet.press("Unblock Stranger")
    quiet.until("#said", "Stranger: is no longer blocked")


def test_one_person_fits_every_width_in_light_and_dark(quiet: Page) -> None:
    for width in (1280, 360):
        for dark in (False, True):
            quiet.size(width, dark=dark)
            quiet.open("people/person?id=name:anna")
            quiet.find("#person")
            assert quiet.barriers() == []
            assert not quiet.overflows()
            quiet.shoot(f"person-{width}{'-dark' if dark else ''}")
            quiet.open("people?q=t")
            quiet.find("tbody")
            assert quiet.barriers() == []
            assert not quiet.overflows()
            quiet.shoot(f"people-found-{width}{'-dark' if dark else ''}")


def test_what_is_exported_is_a_file_of_all_that_is_known(page: Page) -> None:
    page.open("people/person?id=name:anna")
    found = page.driver.execute_async_script(FETCHED)
    assert found[0] == 'attachment; filename="person.json"'
    assert found[1]["person"]["display_name"] == "Anna"
    assert any("piano" in fact["text"] for fact in found[1]["told_of_others"])
