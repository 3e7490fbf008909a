from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.flows.running_shop import IN_THE_SHOP
from tests.flows.visitor import DESKTOP, PHONE, Visitor

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]


def test_suggestions_are_chosen_by_keyboard(visit: Callable[..., Visitor]) -> None:
    guest = visit(**DESKTOP)
    guest.open("/")
    box = guest.page.get_by_role("combobox", name="Search the shop")
    options = guest.page.get_by_role("listbox", name="Suggestions").get_by_role("option")

    box.focus()
    guest.page.keyboard.type("harbo")
    expect(options).to_have_text(["harbour", "Harbour Tee"])
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(guest.page.get_by_role("status")).to_have_text(
        "2 suggestions. Choose with the arrow keys."
    )
    expect(box).not_to_have_attribute("aria-activedescendant", "q-suggestions-0")

    guest.page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "q-suggestions-0")
    guest.page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(options.nth(0)).to_have_attribute("aria-selected", "false")

    guest.page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("harbo")
    expect(box).to_be_focused()

    guest.page.keyboard.press("ArrowUp")
    expect(box).to_have_attribute("aria-activedescendant", "q-suggestions-1")
    guest.page.keyboard.press("Enter")
    guest.sees("Harbour Tee")
    assert guest.page.url.endswith("/p/harbour-tee/")
    assert guest.troubles == []


def test_enter_without_a_choice_searches(visit: Callable[..., Visitor]) -> None:
    guest = visit(**DESKTOP)
    guest.open("/")

    guest.page.get_by_role("combobox", name="Search the shop").fill("tepot")
    guest.page.get_by_role("option", name="teapot", exact=True).wait_for()
    guest.page.keyboard.press("Enter")

    guest.sees("“tepot”")
    assert guest.page.get_by_text("We looked for “teapot”.").is_visible()
    guest.follow("Search instead for “tepot”")
    guest.sees("Nothing found for “tepot”")
    assert guest.troubles == []


def test_a_press_on_a_suggestion_leads_there(visit: Callable[..., Visitor]) -> None:
    guest = visit(**PHONE)
    guest.open("/")

    guest.page.get_by_role("combobox", name="Search the shop").fill("knitw")
    guest.page.get_by_role("option", name="Knitwear Category").tap()

    guest.sees("Knitwear")
    assert guest.page.url.endswith("/c/clothing/knitwear/")
    assert guest.troubles == []


def test_leaving_the_box_closes_the_list(visit: Callable[..., Visitor]) -> None:
    guest = visit(**DESKTOP)
    guest.open("/")
    guest.page.get_by_role("combobox", name="Search the shop").fill("harbour")
    guest.page.get_by_role("option").first.wait_for()

    guest.page.keyboard.press("Tab")

    expect(guest.page.get_by_role("option")).to_have_count(0)


def test_search_works_without_scripts(visit: Callable[..., Visitor]) -> None:
    guest = visit(**DESKTOP, java_script_enabled=False)
    guest.open("/")
    box = guest.page.get_by_role("searchbox", name="Search the shop")

    box.fill("harbor tee")
    guest.page.get_by_role("search").get_by_role("button", name="Search").click()

    guest.sees("“harbor tee”")
    assert guest.page.get_by_role("main").get_by_role("link", name="Harbour Tee").is_visible()
    assert guest.troubles == []
