"""The address book at checkout: what an account knows already, as it is written into the form."""

from collections.abc import Sequence

from django.http import HttpRequest

from accounts.errors import AddressNotFound
from accounts.models import User, UserAddress
from accounts.queries import addresses_of
from shopflow.lib.transactions import reading_as


def book_of(request: HttpRequest) -> list[UserAddress]:
    """Return the addresses of who is logged in, each type's first choice in front."""
    if not isinstance(request.user, User):
        return []
    with reading_as(user_id=request.user.pk):
        rows = addresses_of(request.user.pk).exclude(address_type=UserAddress.Type.RETURN)
        return list(rows.order_by("-is_default", "-id"))


def known_answers(
    request: HttpRequest, book: Sequence[UserAddress], known: list[str]
) -> dict[str, str]:
    """Return what an account answers by itself: e-mail and the first choices of the book.

    `?address=` names another entry; raises AddressNotFound. None goes where we don't ship.
    """
    if not isinstance(request.user, User):
        return {}
    parcel = _chosen(book, request.GET.get("address", ""))
    invoice = _written(_first_choice(book, UserAddress.Type.BILLING), known)
    return {
        "email": request.user.email,
        **_written(parcel, known),
        **{f"billing-{name}": value for name, value in invoice.items()},
    }


def _chosen(book: Sequence[UserAddress], named: str) -> UserAddress | None:
    if not named:
        return _first_choice(book, UserAddress.Type.SHIPPING)
    found = next((row for row in book if str(row.pk) == named), None)
    if found is None:
        raise AddressNotFound
    return found


def _first_choice(book: Sequence[UserAddress], address_type: str) -> UserAddress | None:
    return next((row for row in book if row.address_type == address_type), None)


def _written(row: UserAddress | None, known: list[str]) -> dict[str, str]:
    """Return an entry as somebody would write it into the form; not where we don't ship."""
    if row is None or row.country_code not in known:
        return {}
    same = ("country_code", "address_line_1", "city", "state", "postal_code", "phone")
    return {
        **{name: getattr(row, name) or "" for name in same},
        "name": f"{row.first_name} {row.last_name}",
        "address_line_2": ", ".join(filter(None, [row.company, row.address_line_2])),
    }
