from tests.flows.running_shop import IN_THE_SHOP
from tests.flows.visitor import DESKTOP, PHONE
from tests.flows.mobile import Mobile
from tests.payments.sandbox_process import CARD_DECLINES
import pytest
pytestmark = [pytest.mark.browser, *IN_THE_SHOP]
SMALL = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}

def snap(v, name):
    v.page.wait_for_load_state("networkidle")
    w = v.page.evaluate("[document.documentElement.scrollWidth, innerWidth, document.documentElement.clientWidth]")
    wide = v.page.evaluate("""() => [...document.querySelectorAll('body *')].filter(e => {const r=e.getBoundingClientRect(); return r.width>0 && r.right > document.documentElement.clientWidth+1 && getComputedStyle(e).position!=='fixed' && !e.closest('.sr,.skip')}).slice(0,6).map(e => e.tagName+'.'+e.className+' '+Math.round(e.getBoundingClientRect().right))""")
    print(name, w, wide)
    v.page.screenshot(path=f"/tmp/shots/{name}.png", full_page=True, animations="disabled")

@pytest.mark.parametrize("kind", ["phone", "desktop", "small", "nojs"])
def test_looks(running_shop, visit, kind):
    v = visit(**{"phone": {**PHONE, "device_scale_factor": 1}, "desktop": DESKTOP, "small": SMALL, "nojs": {**PHONE, "device_scale_factor": 1, "java_script_enabled": False}}[kind])
    def page(name, path):
        v.open(path); snap(v, f"{kind}-{name}")
    page("home", "/")
    page("category", "/c/clothing/")
    page("search", "/search/?q=tee")
    page("nosearch", "/search/?q=zzzz")
    page("cart-empty", "/cart/")
    page("product", "/p/harbour-tee/")
    page("product-nopic", "/p/pocket-mending-kit/")
    page("404", "/p/nothing/")
    page("track", "/orders/track/")
    page("login", "/accounts/login/")
    page("brand", "/brands/fennwick/")
    v.open("/p/harbour-tee/"); v.choose(Colour="Coral", Size="M") if False else None
    v.press("Add to cart"); v.sees("Your cart")
    v.open("/p/long-walk-scarf/"); v.press("Add to cart"); v.sees("Your cart")
    v.page.get_by_text("I have a code").click(); v.page.get_by_label("Code").fill("NOPE"); v.press("Use it")
    v.page.get_by_role("alert").first.wait_for()
    snap(v, f"{kind}-cart-refused")
    v.use_code_again = None
    v.follow("Go to checkout")
    snap(v, f"{kind}-checkout0")
    v.fill_in_checkout()
    snap(v, f"{kind}-checkout")
    v.page.get_by_label("E-mail").fill("nonsense"); v.order_button.click(); v.page.get_by_text("e-mail address like").first.wait_for()
    snap(v, f"{kind}-checkout-errors")
    v.page.get_by_label("E-mail").fill("ada@example.com"); v.order_button.click()
    number = v.number
    snap(v, f"{kind}-pay")
    v.press("Pay by card")
    snap(v, f"{kind}-hosted")
    v.fill_in_card(CARD_DECLINES); v.page.get_by_role("alert").wait_for()
    snap(v, f"{kind}-hosted-declined")
    v.fill_in_card(); v.sees("Thank you. Your order is confirmed.")
    snap(v, f"{kind}-thanks")
    v.follow("See your order"); v.page.get_by_text("What you ordered").wait_for()
    snap(v, f"{kind}-detail")
    page("de", "/de/")
    if kind == "phone":
        v.open("/"); v.press("Menu"); v.page.wait_for_timeout(500)
        v.page.screenshot(path=f"/tmp/shots/{kind}-menu.png")
        v.open("/c/clothing/"); v.press("Filter"); v.page.wait_for_timeout(500)
        v.page.screenshot(path=f"/tmp/shots/{kind}-filter.png")
    if kind in ("phone", "desktop"):
        try:
            v.find_order(number); snap(v, f"{kind}-admin-order")
            page("admin-index", "/admin/"); page("admin-orders", "/admin/orders/order/")
            page("admin-products", "/admin/catalog/product/")
            v.page.get_by_role("link", name="Harbour Tee").first.click(); snap(v, f"{kind}-admin-product")
            page("admin-stock", "/admin/inventory/inventory/")
        except Exception as e: print("ADMIN", e)
    print(v.troubles)
