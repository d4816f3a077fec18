"""A browser keeps at most six connections to a host: open pages in the background must not use them up."""

from tests.page.conftest import Page

TABS = 9


def test_as_many_tabs_as_one_likes(page: Page) -> None:
    driver = page.driver
    page.open("actors")
    first = driver.current_window_handle
    for _ in range(TABS):
        driver.switch_to.new_window("tab")
        page.open("actors")
        page.until("#row-conversation", "OK")
    for handle in driver.window_handles:
        if handle != first:
            driver.switch_to.window(handle)
            driver.close()
    driver.switch_to.window(first)
    page.until("#row-conversation", "OK")
    assert page.complaints() == []
