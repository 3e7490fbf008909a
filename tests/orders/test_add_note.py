import pytest
from django.core import mail
from django.test import Client

from orders import commands
from orders.errors import InvalidNote, OrderNotFound
from orders.models import Order, OrderNote
from shopflow.lib.ids import new_id
from shopflow.lib.mail import send_due
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as
from tests import factories
from tests.books import books
from tests.storefront import link, words

pytestmark = pytest.mark.django_db
LINES = "We send it on Monday.\nSorry!"


def test_stays_among_staff(client: Client, order: Order) -> None:
    staff = factories.UserFactory.create(role="employee")

    note = commands.add_note(order_id=order.pk, text=" Rings twice ", by=staff.pk)

    assert (note.text, note.is_shown_to_shopper, note.created_by) == ("Rings twice", False, staff)
    assert "Rings twice" not in words(client.get(link("orders:detail", order)))
    send_due()
    assert [letter.subject for letter in mail.outbox] == [
        f"We have your order {order.order_number}"
    ]


def test_reaches_the_shopper_on_the_page_and_by_mail(client: Client, order: Order) -> None:
    commands.add_note(order_id=order.pk, text="For us alone")
    commands.add_note(order_id=order.pk, text=LINES, is_shown_to_shopper=True)

    shown = words(client.get(link("orders:detail", order)))
    send_due()

    assert "We send it on Monday. Sorry!" in shown
    assert "For us alone" not in shown
    letter = mail.outbox[-1]
    assert letter.subject == f"About your order {order.order_number}"
    assert LINES in str(letter.body)


@pytest.mark.parametrize(
    "text", ["", "  \n", "x" * 2001, "a\0b"], ids=["empty", "blank", "too long", "NUL"]
)
def test_refuses_what_is_no_note(order: Order, text: str) -> None:
    before = books()

    with pytest.raises(InvalidNote):
        commands.add_note(order_id=order.pk, text=text, is_shown_to_shopper=True)

    assert books() == before


def test_the_database_shows_shoppers_only_what_is_meant_for_them(order: Order) -> None:
    commands.add_note(order_id=order.pk, text="For us alone")
    commands.add_note(order_id=order.pk, text=LINES, is_shown_to_shopper=True)

    with reading_as(guest_order=order.pk, role=Role.APP):
        seen = list(OrderNote.objects.values_list("text", flat=True))
    with reading_as(guest_order=new_id(), role=Role.APP):
        of_others = list(OrderNote.objects.all())

    assert seen == [LINES]
    assert of_others == []


def test_refuses_an_unknown_order(db: None) -> None:
    with pytest.raises(OrderNotFound):
        commands.add_note(order_id=new_id(), text="Hello")

    assert not OrderNote.objects.exists()
