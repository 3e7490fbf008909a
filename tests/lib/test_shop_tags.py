from datetime import date
from decimal import Decimal

from django.utils import translation

from shopflow.lib.templatetags.shop import country, day, icon, money


def test_money_is_written_as_the_language_does() -> None:
    amount = Decimal("1234.50")

    english, euros = money(amount), money(amount, "EUR")
    with translation.override("de"):
        german = money(amount, "EUR")

    assert english == "$1,234.50"
    assert euros == "€1,234.50"
    assert german == "1.234,50\xa0€"


def test_no_amount_is_nothing() -> None:
    assert money(None) == ""


def test_day_and_country_are_written_as_the_language_does() -> None:
    tuesday = date(2026, 11, 24)

    english = (day(tuesday), country("DE"))
    with translation.override("de"):
        german = (day(tuesday), country("DE"))

    assert english == ("Tue, Nov 24", "Germany")
    assert german == ("Di., 24. Nov.", "Deutschland")
    assert country("XX") == "XX"


def test_icon_is_silent() -> None:
    assert 'aria-hidden="true"' in icon("bag")
    assert "shop/sprite.svg#bag" in icon("bag")
