"""Somebody with a browser in the running shop, and all that this browser complained about."""

import io
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response

from tests.flows.running_shop import RunningShop
from tests.payments.sandbox_process import CARD_PAYS, ROOT

NewContext = Callable[..., BrowserContext]
DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 860}}
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
ALBUM = ROOT / "docs" / "screenshots"
# The pages it shows, and how much of each: pixels from the top. Those on a phone are named so.
PICTURES = {
    "home": 1370,
    "product": 860,
    "cart": 730,
    "checkout": 1040,
    "admin-order": 860,
    "returns": 900,
    "return": 900,
    "return-label": 860,
    "withdrawal": 860,
    "phone-returns": 1300,
    "phone-return": 1300,
    "phone-return-label": 1000,
    "phone-withdrawal": 1000,
    "phone-product": 844,
}
# Who goes on to the next page gives up what the last one was still asking for.
GIVEN_UP = "net::ERR_ABORTED"
PATIENCE = 30_000  # milliseconds until a test gives up waiting


@dataclass
class Visitor:
    """One window. `troubles` are errors, what the content policy refused, and failed requests."""

    shop: RunningShop
    page: Page
    has_scripts: bool
    is_phone: bool
    troubles: list[str] = field(default_factory=list)

    @classmethod
    def enter(cls, shop: RunningShop, new_context: NewContext, **kind: Any) -> "Visitor":
        """Open a window of this kind and note from now on what goes wrong in it."""
        context = new_context(**kind)
        context.set_default_timeout(PATIENCE)
        visitor = cls(
            shop,
            context.new_page(),
            has_scripts=kind.get("java_script_enabled", True),
            is_phone=kind.get("is_mobile", False),
        )
        context.on("console", visitor._note_complaint)
        context.on("weberror", lambda error: visitor.troubles.append(str(error.error)))
        context.on("requestfailed", visitor._note_failure)
        context.on("response", visitor._note_refusal)
        return visitor

    def _note_complaint(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.troubles.append(said.text)

    def _note_failure(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self.troubles.append(f"{request.method} {request.url}: {request.failure}")

    def _note_refusal(self, response: Response) -> None:
        if response.status >= 400:
            self.troubles.append(f"{response.request.method} {response.url}: {response.status}")

    def open(self, path: str) -> None:
        self.page.goto(self.shop.url + path)

    def sees(self, heading: str) -> None:
        """Wait for a page with this heading."""
        self.page.get_by_role("heading", name=heading, exact=True).wait_for()

    def press(self, button: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=button).click()

    def follow(self, link: str) -> None:
        """Follow a link of the page's own content."""
        self.page.get_by_role("main").get_by_role("link", name=link).first.click()

    def picture(self, page: str) -> None:
        """Take a picture for the documentation if it shows this page and SCREENSHOTS=1 asks."""
        name = f"phone-{page}" if self.is_phone else page
        if os.environ.get("SCREENSHOTS") != "1" or name not in PICTURES:
            return
        usual = self.page.viewport_size
        assert usual
        self.page.set_viewport_size({"width": usual["width"], "height": PICTURES[name]})
        self.page.evaluate("scrollTo(0, 0)")
        self.page.wait_for_load_state("networkidle")
        ALBUM.mkdir(exist_ok=True)
        with Image.open(io.BytesIO(self.page.screenshot(animations="disabled"))) as image:
            image.save(ALBUM / f"{name}.webp", quality=80, method=6)
        self.page.set_viewport_size(usual)

    # --- what shoppers do -------------------------------------------------------------------

    def choose(self, **options: str) -> None:
        """Choose a variant on a product's page."""
        for name, value in options.items():
            group = self.page.get_by_role("group", name=name)
            group.get_by_text(value, exact=True).last.click()
            if not self.has_scripts:
                self.page.locator("form").filter(has=group).get_by_role("button").click()
            group.locator("legend").filter(has_text=f"{name}: {value}").wait_for()

    def use_code(self, code: str) -> None:
        """Enter a coupon in the cart."""
        self.page.get_by_text("I have a code").click()
        self.page.get_by_role("textbox", name="Code", exact=True).fill(code)
        self.press("Use it")
        self.page.get_by_role("button", name=f"Remove {code.upper()}").wait_for()

    def fill_in_checkout(self) -> None:
        """Fill in where the order goes; the button that orders it is there afterwards."""
        self.page.get_by_label("E-mail").fill("ada@example.com")
        delivery = self.page.get_by_role("region", name="Delivery")
        delivery.get_by_label("Full name").fill("Ada Byron")
        delivery.get_by_label("Street and number").fill("1 Main Street")
        delivery.get_by_label("City").fill("New York")
        delivery.get_by_label("State").select_option("New York")
        delivery.get_by_label("ZIP code").fill("10001")
        if not self.has_scripts:
            self.press("Show the full price")
        self.order_button.wait_for()

    @property
    def order_button(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("^Order and pay "))

    def fill_in_card(self, number: str = CARD_PAYS) -> None:
        """Fill in a card on the provider's page and press its button."""
        fields: Mapping[str, str] = {
            "Card number": number,
            "Expiry date": "12 / 40",
            "Security code": "123",
            "Name on card": "Ada Byron",
        }
        for label, text in fields.items():
            self.page.get_by_label(label).fill(text)
        self.press(re.compile("^Pay "))

    def go_to_checkout(self, product: str) -> None:
        """Put one unit in the cart and fill in everything, without looking left or right."""
        self.open(f"/p/{product}/")
        self.press("Add to cart")
        self.follow("Go to checkout")
        self.fill_in_checkout()

    def order(self, product: str) -> str:
        """Order one unit; return the order's number."""
        self.go_to_checkout(product)
        self.order_button.click()
        return self.number

    @property
    def number(self) -> str:
        """The number of the order whose payment page this is."""
        self.sees("One step left")
        found = re.search(r"/pay/(ORD-[^/]+)/", self.page.url)
        assert found, self.page.url
        return found[1]

    # --- what staff do ----------------------------------------------------------------------

    def sign_in_as_owner(self) -> None:
        """Open the staff site."""
        email, password = self.shop.owner
        self.open("/admin/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("main").get_by_role("button", name="Log in").click()
        self.sees("One more step")
        self.page.get_by_label("Code").fill(self.shop.code_of_owner())
        self.press("Go on")
        self.sees("Your shop")

    def find_order(self, number: str) -> None:
        """Sign in as the owner and open an order's page."""
        self.sign_in_as_owner()
        self.page.get_by_role("rowheader", name="Orders").get_by_role("link").click()
        self.follow(number)
        self.sees(number)
