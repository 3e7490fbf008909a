"""What is fetched, told by page and mail; what bears no tax, told by the invoice."""

import json
from decimal import Decimal

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from catalog.models import ProductVariant
from orders import commands as orders
from orders.commands.drawing import said
from orders.models import Invoice, Order
from shipping import commands as shipping
from shipping.models import ShippingMethod
from shipping.queries import PickupPlace, vat_answer
from shopflow.lib.mail import send_due
from tests import factories
from tests.storefront import link, words

pytestmark = pytest.mark.django_db
STORE = PickupPlace(
    address_line_1="1 Pine Street",
    postal_code="97201",
    city="Portland",
    state="OR",
    country_code="US",
    hours="Mon to Sat, 10 to 6",
)


@pytest.fixture
def fetched(variant: ProductVariant, us_shipping: ShippingMethod) -> Order:
    store = shipping.save_method(
        zone_id=us_shipping.zone_id, name="Portland store", price=Decimal(0), pickup=STORE
    )
    cart = factories.cart_with((variant, 1))
    total = factories.quote(cart, shipping_method_id=store.pk).total
    return factories.check_out(cart, expected_total=total, shipping_method_id=store.pk)


def test_its_page_says_where_and_when(client: Client, fetched: Order) -> None:
    page = words(client.get(link("orders:detail", fetched)))

    assert "Fetch it here Ada Byron" in page
    assert "1 Pine Street Portland, OR 97201" in page
    assert "Portland store, Mon to Sat, 10 to 6" in page


def test_its_mail_says_so_too(fetched: Order) -> None:
    send_due()

    [letter] = mail.outbox
    text = str(letter.body)
    assert "Fetch it here:\nAda Byron" in text
    assert "1 Pine Street\nPortland, OR 97201\nUnited States\nMon to Sat, 10 to 6" in text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "VAT reverse charge: exempt intra-Community supply, the recipient accounts for"),
        ("de", "Steuerfreie innergemeinschaftliche Lieferung, die Steuer schuldet der Empfänger"),
    ],
)
def test_an_invoice_says_why_it_bears_no_tax(
    settings: Settings, variant: ProductVariant, language: str, sentence: str
) -> None:
    settings.SHOP_VAT_ID = "DE136695976"
    settings.SHOP_ADDRESS = ["Lindenstraße 1", "10115 Berlin"]
    zone = shipping.save_zone(name="Union", countries=["AT"])
    shipping.save_tax_rate(
        zone_id=zone.pk,
        tax_class="standard",
        name="VAT",
        rate=Decimal("0.25"),
        included_in_price=True,
    )
    shipping.save_method(zone_id=zone.pk, name="Paket", price=Decimal(0))
    vienna = orders.Address(
        first_name="Ada",
        last_name="Byron",
        address_line_1="Ring 1",
        city="Wien",
        postal_code="1010",
        country_code="AT",
    )
    order = factories.check_out(
        factories.cart_with((variant, 1)),
        expected_total=Decimal(40),
        shipping_address=vienna,
        vat=vat_answer("ATU13585627"),
    )
    Order.objects.filter(pk=order.pk).update(language=language)
    orders.confirm(order_id=order.pk, amount=Decimal(40))

    orders.issue_papers(order_id=order.pk)

    invoice = Invoice.objects.get()
    text = said(invoice)
    words_of = json.loads((settings.BASE_DIR / "templates/orders/papers/words.json").read_text())
    assert (text["exemption"], text["buyer_vat_id"]) == ("reverse_charge", "ATU13585627")
    assert words_of[language]["reverse_charge"].startswith(sentence)
    assert [(tax["rate"], tax["amount"]) for tax in invoice.snapshot["taxes"]] == [("0", "0.00")]
    orders.draw_paper(invoice_id=invoice.pk)
    invoice.refresh_from_db()
    with invoice.pdf.open("rb") as drawn:
        assert drawn.read(5) == b"%PDF-"
