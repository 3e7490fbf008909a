"""Three people who must never see each other's: two with an account and a guest.

Whatever belongs to one of them carries that person's marker, a word that stands nowhere else.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from accounts import access_tokens
from accounts import commands as accounts
from accounts.access_tokens import Caller
from accounts.models import User, UserAddress
from carts import commands as carts
from carts.models import Cart
from catalog import commands as catalog
from catalog.models import ProductVariant
from orders.models import (
    Invoice,
    Order,
    OrderChange,
    OrderItem,
    OrderNote,
    OrderReturn,
    OrderShipment,
)
from orders.queries import guest_token
from payments.commands import issue_card
from payments.models import (
    Dispute,
    Payment,
    PaymentEvent,
    Payout,
    Reconciliation,
    Refund,
    UserPaymentMethod,
)
from promotions import commands as promotions
from promotions.models import Promotion
from shopflow.access.rights import PROTECTED
from shopflow.lib import audit
from shopflow.lib.ids import new_id
from shopflow.lib.models.audit import AuditAction
from tests import factories
from tests.staff import employee

PASSWORD = "correct horse battery"
PRICE = Decimal("50.00")
MODELS: dict[str, type[Model]] = {
    model._meta.db_table: model for model in apps.get_models() if model._meta.db_table in PROTECTED
}


@dataclass(frozen=True)
class Person:
    """Somebody with an order, an open cart, and a row in every protected table."""

    marker: str
    user: User | None
    order: Order
    cart: Cart
    cart_token: str | None
    # The family of a device that stays signed in.
    sign_in: UUID | None
    # Of a gift card in this person's mailbox.
    gift_code: str
    # Of the order's only line that was paid for.
    line_id: UUID

    @property
    def user_id(self) -> UUID | None:
        return self.user.pk if self.user else None

    @property
    def order_token(self) -> str:
        """What the link of this person's order carries."""
        return guest_token(self.order)

    def access(self) -> str:
        """Sign another device in; return its access token, or '' for a guest."""
        if self.user is None:
            return ""
        family = accounts.sign_in(user_id=self.user.pk, device="app", ip=None).family
        return access_tokens.issue(Caller(user_id=self.user.pk, family=family))

    def rows(self, table: str) -> set[UUID]:
        """The ids of what is this person's in a protected table."""
        column = PROTECTED[table]
        if self.user is None and column is None:
            return set()
        mine = {column: self.order.pk} if column else {"user_id": self.user_id}
        return set(MODELS[table]._default_manager.filter(**mine).values_list("pk", flat=True))


@dataclass(frozen=True)
class People:
    ada: Person
    bob: Person
    guest: Person

    def __iter__(self) -> Any:
        return iter((self.ada, self.bob, self.guest))


def meet_people() -> People:
    """Make all three; raises where somebody has no row in a protected table."""
    factories.ship_to_the_us()
    factories.coupon()
    factories.promotion(min_order_amount=Decimal(1_000_000))
    variant = factories.variant_on_sale(price=str(PRICE), stock=100, **_on_a_shelf())
    clerk, now = employee(), timezone.now()
    Payout.objects.create(provider="sandbox", provider_payout_id="po", currency="USD", amount=1)
    Reconciliation.objects.create(started_at=now, finished_at=now, compared=0)
    people = People(
        _person("zqada", variant, clerk, has_account=True),
        _person("zqbob", variant, clerk, has_account=True),
        _person("zqguest", variant, clerk, has_account=False),
    )
    for person in people:
        missing = [table for table in PROTECTED if not person.rows(table)]
        if missing and person.user:
            raise AssertionError(f"tests/access/people.py makes no row of {', '.join(missing)}")
    return people


def _on_a_shelf() -> dict[str, Any]:
    """Everything that is public has the same name in addresses."""
    brand = catalog.save_brand(name="Public", slug="public")
    shelf = catalog.save_category(name="Public", slug="public")
    catalog.save_synonym(word="public", synonym="shared")
    catalog.save_attribute(name="Public", slug="public")
    catalog.save_page(slug="public", language="en", title="Public", body="<p>Everybody's.</p>")
    catalog.save_menu(code="footer", language="en", links=[catalog.Link("Public", "page:public")])
    catalog.log_search(question="nowhere", language="en", result_count=0)
    return {"slug": "public", "brand_id": brand.pk, "category_id": shelf.pk}


def _person(marker: str, variant: ProductVariant, clerk: User, *, has_account: bool) -> Person:
    user = None
    if has_account:
        user = accounts.create_customer(
            email=f"{marker}@example.com", password=PASSWORD, first_name=marker, last_name=marker
        )
    order = _order(marker, variant, user)
    line_id = order.items.get().pk
    _write_beside(order, marker)
    email = f"{marker}@example.com"
    _, code = issue_card(amount=PRICE, reason=marker, recipient_email=email)
    carts.open_for_customer(email=email, by=clerk.pk)
    sign_in = None
    if user:
        _write_account(user, marker)
        sign_in = accounts.sign_in(user_id=user.pk, device=marker, ip=None).family
    opened = carts.open_cart(user_id=user.pk if user else None)
    carts.add_line(cart_id=opened.cart.pk, variant_id=variant.pk, quantity=1)
    return Person(marker, user, order, opened.cart, opened.token, sign_in, code, line_id)


def _order(marker: str, variant: ProductVariant, user: User | None) -> Order:
    return factories.check_out(
        factories.cart_with((variant, 2), code="TENOFF", user=user),
        email=f"{marker}@example.com",
        shipping_address=replace(
            factories.NEW_YORK, first_name=marker, last_name=marker, address_line_1=marker
        ),
        user_id=user.pk if user else None,
        note=marker,
    )


def _write_beside(order: Order, marker: str) -> None:
    """Write plain rows: what pages show of them counts, not how they came to be."""
    own: dict[str, Any] = {"order": order, "user": order.user}
    money: dict[str, Any] = {"amount": PRICE, "currency": order.currency}
    line = order.items.get()
    promotions.redeem(
        order_id=order.pk,
        email=f"{marker}@example.com",
        user_id=order.user_id,
        promotions={Promotion.objects.get().pk: PRICE},
    )
    OrderItem.objects.create(
        **own,
        variant=line.variant,
        product=line.product,
        kind="gift",
        quantity=1,
        unit_price=0,
        product_name=marker,
        sku=marker,
    )
    OrderChange.objects.create(**own, what="contact", new_values={"email": marker}, reason=marker)
    OrderNote.objects.create(**own, text=marker, is_shown_to_shopper=True)
    OrderReturn.objects.create(
        **own, return_number=f"RET-{order.order_number}", comment=marker, decision=marker
    )
    OrderShipment.objects.create(
        **own, carrier="UPS", tracking_number=marker, shipped_at=timezone.now()
    )
    Invoice.objects.create(
        **own,
        series=marker,
        number=1,
        currency=order.currency,
        subtotal=PRICE,
        total=PRICE,
        snapshot={"buyer": marker},
    )
    payment = Payment.objects.create(
        **own,
        **money,
        provider="sandbox",
        provider_payment_id=marker,
        redirect_url=f"https://pay.example/{marker}",
        idempotency_key=marker,
        # One under way would have to be called off at the provider first.
        status=Payment.Status.FAILED,
        failure_reason=marker,
    )
    Refund.objects.create(**own, **money, payment=payment, reason=marker, idempotency_key=marker)
    Dispute.objects.create(
        **money,
        payment=payment,
        provider="sandbox",
        provider_dispute_id=marker,
        opened_at=timezone.now(),
    )
    audit.record(
        action=AuditAction.EXPORT,
        entity_type="order",
        entity_id=order.pk,
        user_id=order.user_id,
        new_values={"file": marker},
    )
    PaymentEvent.objects.create(
        id=new_id(),
        provider="sandbox",
        provider_event_id=marker,
        type=marker,
        payload={"id": marker, "data": {"failure_reason": marker}},
    )


def _write_account(user: User, marker: str) -> None:
    UserAddress.objects.create(
        user=user,
        first_name=marker,
        last_name=marker,
        address_line_1=marker,
        city=marker,
        country_code="US",
    )
    UserPaymentMethod.objects.create(
        user=user, provider="sandbox", provider_payment_method_id=marker, card_brand=marker
    )
