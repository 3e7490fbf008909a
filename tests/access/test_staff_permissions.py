"""What each role and group may do in the admin, to the letter."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.test import Client, RequestFactory

from accounts import commands as accounts
from accounts.models import User
from shopflow.access import commands
from shopflow.access.groups import GROUPS, ROLES
from shopflow.lib.admin import Act
from shopflow.lib.ids import new_id
from tests import factories, staff
from tests.staff import employee

pytestmark = pytest.mark.django_db
VARIANTS = "catalog.ProductVariant"
# O owner, M manager, R merchant; S support, W warehouse, C content, F finance. An employee without
# a group may do nothing at all.
WHO = {
    "owner": "O",
    "manager": "M",
    "merchant": "R",
    "support": "S",
    "warehouse": "W",
    "content": "C",
    "finance": "F",
    "employee": "",
}
MATRIX = """
accounts.user view                  O M . S . . F
accounts.user add                   O . . . . . .
accounts.user give_role             O . . . . . .
accounts.user exempt                O . . . . . .
accounts.user sign_out              O . . . . . .
accounts.user sign_out_everywhere   O . . . . . .
carts.cart view                     O M R S . . .
carts.cart line                     O M R S . . .
carts.cart delivery                 O M R S . . .
carts.cart coupon                   O M R S . . .
carts.cart send                     O M R S . . .
carts.cart discard                  O M R S . . .
catalog.product view                O M R S W C .
catalog.product add                 O M R . . . .
catalog.product change              O M R . . C .
catalog.product delete              O M R . . . .
catalog.product delete_selected     O M R . . . .
catalog.product prices              O M R . . . .
catalog.brand view                  O M R S W C .
catalog.brand add                   O M R . . C .
catalog.brand change                O M R . . C .
catalog.category view               O M R S W C .
catalog.category add                O M R . . C .
catalog.category change             O M R . . C .
catalog.synonym view                O M R . . C .
catalog.synonym add                 O M R . . C .
catalog.synonym change              O M R . . C .
catalog.synonym delete              O M R . . C .
catalog.synonym delete_selected     O M R . . C .
catalog.searchlog view              O M R . . C .
catalog.contentpage view            O M R . . C .
catalog.contentpage add             O M R . . C .
catalog.contentpage change          O M R . . C .
catalog.menu view                   O M R . . C .
catalog.menu add                    O M R . . C .
catalog.menu change                 O M R . . C .
catalog.attribute view              O M R . . C .
catalog.attribute add               O M R . . C .
catalog.attribute change            O M R . . C .
inventory.inventory view            O M R S W . .
inventory.inventory add             O M R . W . .
inventory.inventory adjust          O M R . W . .
inventory.inventory count           O M R . W . .
inventory.inventorytransaction view O M R . W . .
inventory.inventoryreservation view O M R . W . .
orders.order view                   O M R S W . F
orders.order ship                   O M R . W . .
orders.order track                  O M R . W . .
orders.order deliver                O M R . W . .
orders.order apply                  O M R S . . .
orders.order take-out               O M R S . . .
orders.order discard                O M R S . . .
orders.order cancel                 O M R S . . .
orders.order note                   O M R S W . .
orders.order mail                   O M R S . . .
orders.order return                 O M R S W . .
orders.orderreturn view             O M R S W . .
orders.orderreturn approve          O M R S W . .
orders.orderreturn refuse           O M R S W . .
orders.orderreturn receive          O M R S W . .
orders.orderreturn replace          O M R S W . .
orders.orderreturn refund           O M R S W . .
orders.orderreturn close            O M R S W . .
orders.invoice view                 O M R S . . F
orders.order cancel_selected        O M R S . . .
payments.payment view               O M R S . . F
payments.payment capture            O M . . . . F
payments.payment release            O M . . . . F
payments.payment refund             O M . . . . F
payments.refund view                O M R S . . F
payments.paymentevent view          O M . . . . F
payments.paymentevent process_now   O M . . . . F
payments.paymentevent replay        O M . . . . F
payments.dispute view               O M . . . . F
payments.dispute answer             O M . . . . F
payments.payout view                O M . . . . F
payments.reconciliation view        O M . . . . F
payments.giftcard view              O M R S . . F
payments.giftcard correct           O M . . . . F
payments.giftcard resend            O M . . . . F
payments.giftcard block             O M . . . . F
payments.giftcard unblock           O M . . . . F
promotions.coupon view              O M R . . . F
promotions.coupon add               O M R . . . .
promotions.coupon change            O M R . . . .
promotions.coupon download          O M R . . . F
promotions.coupon switch_off        O M R . . . .
promotions.couponusage view         O M R . . . F
promotions.promotion view           O M R . . . F
promotions.promotion add            O M R . . . .
promotions.promotion change         O M R . . . .
promotions.promotionusage view      O M R . . . F
shipping.shippingzone view          O M R . . . .
shipping.shippingzone add           O M R . . . .
shipping.shippingzone change        O M R . . . .
shipping.shippingmethod view        O M R . . . .
shipping.shippingmethod add         O M R . . . .
shipping.shippingmethod change      O M R . . . .
shipping.taxrate view               O M R . . . F
shipping.taxrate add                O M R . . . .
shipping.taxrate change             O M R . . . .
lib.auditlog view                   O M . . . . .
health view                         O M . . . . .
mails view                          O M R S . . .
mails change                        O M . . . . .
person export                       O M . . . . F
person erase                        O M . . . . .
"""


def somebody(who: str) -> User:
    """A person with this role, or an employee in this group."""
    if who == "owner":
        return staff.owner()
    if who in ROLES:
        email = f"{who}@example.com"
        return accounts.create_staff(email=email, password="correct horse battery", role=who)
    user = employee()
    user.groups.add(Group.objects.get(name=who))
    return user


def expected(letter: str) -> set[str]:
    lines = [line.rsplit(maxsplit=7) for line in MATRIX.strip().splitlines()]
    return {" ".join(what.split()) for what, *who in lines if letter and letter in who}


def found(user: User, browser: Client) -> set[str]:
    """Everything the staff site lets somebody do, by asking it."""
    request = RequestFactory().get("/")
    request.user = user
    allowed = _pages(user, browser)
    for model, page in admin.site._registry.items():
        label = model._meta.label_lower
        allowed |= {f"{label} {verb}" for verb in _verbs(page, label, request, browser)}
    return allowed


def _pages(user: User, browser: Client) -> set[str]:
    """What the pages let somebody do that are about no table."""
    allowed = {f"{page} view" for page in ("health", "mails") if _opens(browser, f"/admin/{page}/")}
    if browser.post("/admin/mails/").status_code != 403:
        allowed.add("mails change")
    data = browser.get(f"/admin/accounts/user/{user.pk}/data/")
    if data.status_code == 200:
        allowed |= {f"person {act}" for act in ("export", "erase") if data.context[f"can_{act}"]}
    return allowed


def _opens(browser: Client, address: str) -> bool:
    answer = browser.get(address)
    assert answer.status_code in {200, 403}
    return answer.status_code == 200


def _verbs(page: Any, label: str, request: Any, browser: Client) -> set[str]:
    address = f"/admin/{label.replace('.', '/')}/"
    changes = ("add", "change", "delete")
    verbs = {name for name in changes if getattr(page, f"has_{name}_permission")(request)}
    if browser.get(address).status_code == 200:
        verbs |= {"view", *page.get_actions(request)}
    verbs |= {act.name for act in getattr(page, "acts", ()) if _lets(browser, address, act)}
    assert ("add" in verbs) is (browser.get(f"{address}add/").status_code == 200)
    inlines = [part(page.model, admin.site) for part in page.inlines]
    if any(part.opts.label == VARIANTS and part.has_change_permission(request) for part in inlines):
        verbs.add("prices")
    return verbs


def _lets(browser: Client, address: str, act: Act) -> bool:
    """Whether a command is refused; of a row that isn't there, so that nothing happens."""
    answer = browser.post(f"{address}{new_id()}/{act.name}/")
    assert answer.status_code in {302, 303, 403}
    return answer.status_code != 403


@pytest.mark.parametrize("who", WHO)
def test_may_do_this_and_nothing_else(who: str) -> None:
    user = somebody(who)

    assert found(user, staff.signed_in(user)) == expected(WHO[who])


def test_every_declared_permission_is_one() -> None:
    known = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.all()}

    for name, permissions in {**ROLES, **GROUPS}.items():
        assert set(permissions) <= known, name


def test_groups_are_kept_as_declared() -> None:
    support = Group.objects.get(name="support")
    support.permissions.add(Permission.objects.get(codename="refund_payment"))
    Group.objects.get(name="finance").delete()

    commands.save_groups()
    commands.save_groups()

    for name, wanted in GROUPS.items():
        held = Group.objects.get(name=name).permissions.values_list(
            "content_type__app_label", "codename"
        )
        assert {".".join(pair) for pair in held} == wanted


def test_a_role_gives_nothing_to_who_left_or_is_nobody() -> None:
    user = somebody("manager")
    assert user.has_perm("orders.view_order")

    left = User.objects.get(pk=user.pk)
    left.is_active = False

    assert not left.has_perm("orders.view_order")
    assert not AnonymousUser().has_perm("orders.view_order")
    assert not factories.UserFactory.create().has_perm("orders.view_order")


def test_who_writes_texts_changes_no_price() -> None:
    variant = factories.variant_on_sale(price="50.00")
    browser = staff.signed_in(somebody("content"))
    address = f"/admin/catalog/product/{variant.product_id}/change/"
    form = staff.form_of(browser.get(address), "product_form")
    assert not any(name.endswith("-price") for name in form)

    forged = {"variants-0-price": "1.00", "variants-0-sku": "STOLEN", "variants-0-DELETE": "on"}
    response = browser.post(address, {**form, **forged, "name": "A better name"})

    assert response.status_code == 302
    variant.refresh_from_db()
    assert (variant.product.name, str(variant.price)) == ("A better name", "50.00")
    assert (variant.sku != "STOLEN", variant.deleted_at) == (True, None)
