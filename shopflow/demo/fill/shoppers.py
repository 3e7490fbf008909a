"""People with an account, their address books, and what lies in their carts."""

from collections.abc import Iterable

from shopflow.demo.fill.cells import NULL, Rows, dice, moment, money
from shopflow.demo.fill.plan import is_listed
from shopflow.demo.fill.sizes import END
from shopflow.demo.fill.world import World

COLUMNS = {
    "users":
        "id created_at updated_at email password first_name last_name role email_verified",
    "user_addresses":
        "id created_at updated_at user_id address_type first_name last_name address_line_1 city"
        " state postal_code country_code is_default",
    "carts": "id created_at updated_at user_id currency",
    "cart_items": "id created_at updated_at cart_id product_id variant_id quantity unit_price",
}  # fmt: skip
FIRST_NAMES = (
    "Ada Ben Clara David Elif Finn Greta Hugo Ida Jonas Kira Leo Maya Noah Olga Paul Rosa Sami "
    "Tessa Uwe Vera Will Yara Zoe"
).split()
LAST_NAMES = (
    "Adams Baker Carter Dietrich Evans Fischer Garcia Huber Ibsen Jansen Keller Lopez Meyer Novak "
    "Olsen Peters Quinn Roth Schmidt Turner Ulrich Vogel Weber Young"
).split()
# Of each country the shop ships to: city, state and postal code.
CITIES = {
    "US": (("Portland", "OR", "97201"), ("Austin", "TX", "73301"), ("Boston", "MA", "02108"),
           ("Chicago", "IL", "60601"), ("Denver", "CO", "80202"), ("Madison", "WI", "53703")),
    "DE": (("Berlin", "", "10115"), ("Hamburg", "", "20095"), ("Leipzig", "", "04109"),
           ("Bremen", "", "28195"), ("Freiburg", "", "79098")),
}  # fmt: skip
# Nobody signs in as somebody who was made up.
NO_PASSWORD = "!made up"  # noqa: S105 - none


def shopper_rows(world: World, shoppers: Iterable[int]) -> Rows:
    """Make the shoppers with an address each; every second one has something in the cart."""
    thrown = dice(world.plan.seed, "carts")
    for number in shoppers:
        joined = world.plan.joined(number)
        user_id, now = world.ids.user(joined, number), moment(joined)
        first, last = name_of(number)
        yield (
            "users",
            f"{user_id}\t{now}\t{now}\t{email_of(number)}\t{NO_PASSWORD}\t{first}\t{last}\tcustomer\tt",
        )
        country = country_of(number)
        city, state, code = city_of(number, country)
        yield (
            "user_addresses",
            f"{world.ids.address(joined, number)}\t{now}\t{now}\t{user_id}\tshipping\t{first}"
            f"\t{last}\t{street_of(number)}\t{city}\t{state or NULL}\t{code}\t{country}\tt",
        )
        if number % 2:
            yield from _cart(world, number, user_id, thrown.random())


def name_of(number: int) -> tuple[str, str]:
    """Return a person's first and last name."""
    last = LAST_NAMES[number // len(FIRST_NAMES) % len(LAST_NAMES)]
    return FIRST_NAMES[number % len(FIRST_NAMES)], last


def email_of(number: int) -> str:
    """Return a shopper's address; `.example` never receives mail (RFC 2606)."""
    first, last = name_of(number)
    return f"{first.lower()}.{last.lower()}.{number}@shoppers.example"


def country_of(number: int) -> str:
    return "DE" if number % 10 < 3 else "US"


def city_of(number: int, country: str) -> tuple[str, str, str]:
    """Return city, state ('' if the country has none) and postal code."""
    return CITIES[country][number % len(CITIES[country])]


def street_of(number: int) -> str:
    return f"{number % 240 + 1} Harbour Street"


def _cart(world: World, number: int, user_id: str, throw: float) -> Rows:
    plan, ids, now = world.plan, world.ids, moment(END)
    cart_id = ids.cart(END, number)
    yield "carts", f"{cart_id}\t{now}\t{now}\t{user_id}\t{world.currency}"
    first = int(throw * plan.size.products)
    wanted = dict.fromkeys((first + place * 101) % plan.size.products for place in range(3))
    for place, product in enumerate(wanted):
        if is_listed(product):
            created, variant = plan.created[product], plan.first_variant[product]
            yield (
                "cart_items",
                f"{ids.cart_item(END, number * 4 + place)}\t{now}\t{now}\t{cart_id}"
                f"\t{ids.product(created, product)}\t{ids.variant(created, variant)}\t1"
                f"\t{money(plan.price[product])}",
            )
