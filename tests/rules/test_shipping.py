from collections.abc import Callable

import pytest

from tests.rules.proofs import check, unique
from tests.rules.rows import new

pytestmark = pytest.mark.django_db
IN_NEW_YORK = {"zone_id": None, "country_code": "US", "state": "NY"}
IN_THE_STORE = {
    "is_pickup": True,
    "pickup_address_line": "Lindenstraße 1",
    "pickup_city": "Berlin",
    "pickup_country_code": "DE",
}

RULES = (
    unique("shipping_zones_name_unique", "name"),
    check(
        "shipping_zones_countries_are_codes",
        {"countries": ["US", "CA"]},
        {"countries": []},
        {"countries": ["us"]},
        {"countries": ["U"]},
        {"countries": ["US", None]},
        ledger="S1-23",
    ),
    check("shipping_zones_states_upper_case", {"states": ["NY"]}, {"states": ["NY", "ca"]}),
    unique("shipping_methods_name_unique", "zone_id", "name"),
    check("shipping_methods_price_not_negative", {"price": 0}, {"price": "-0.01"}),
    check("shipping_methods_free_above_not_negative", {"free_above": 0}, {"free_above": "-0.01"}),
    check(
        "shipping_methods_days_in_order",
        {"estimated_days_min": 3, "estimated_days_max": 3},
        {"estimated_days_max": 2},
    ),
    check(
        "shipping_methods_estimated_days_min_check",
        {"estimated_days_min": 0},
        {"estimated_days_min": -1},
    ),
    check(
        "shipping_methods_estimated_days_max_check",
        {"estimated_days_min": 0, "estimated_days_max": 0},
        {"estimated_days_min": -2, "estimated_days_max": -1},
        also=("shipping_methods_estimated_days_min_check",),
    ),
    check(
        "shipping_methods_weights_in_order",
        {"min_weight_grams": 500, "max_weight_grams": 500},
        {"max_weight_grams": 499},
    ),
    check(
        "shipping_methods_min_weight_grams_check", {"min_weight_grams": 0}, {"min_weight_grams": -1}
    ),
    check(
        "shipping_methods_max_weight_grams_check", {"max_weight_grams": 0}, {"max_weight_grams": -1}
    ),
    check(
        "shipping_methods_amounts_in_order",
        {"min_order_amount": 0, "max_order_amount": 0},
        {"min_order_amount": "0.01"},
        {"min_order_amount": "-0.01"},
        {"max_order_amount": "-0.01", "min_order_amount": None},
    ),
    check(
        "shipping_methods_cutoff_is_hour",
        {"cutoff_hour": 23},
        {"cutoff_hour": 24},
    ),
    check("shipping_methods_cutoff_hour_check", {"cutoff_hour": 0}, {"cutoff_hour": -1}),
    check(
        "shipping_methods_pickup_has_place",
        IN_THE_STORE,
        {"pickup_address_line": ""},
        {"pickup_city": ""},
        {"pickup_country_code": ""},
        {"pickup_country_code": "de"},
        {"is_pickup": False},
    ),
    check(
        "tax_rates_zone_or_country",
        {"zone_id": new("shipping_zones"), "country_code": "", "state": ""},
        {"zone_id": None},
        {"country_code": "US"},
        {"state": "NY"},
        {"zone_id": None, "country_code": "us"},
    ),
    check("tax_rates_state_upper_case", IN_NEW_YORK, {"state": "ny"}),
    check("tax_rates_class_not_empty", {"tax_class": "standard"}, {"tax_class": ""}),
    check("tax_rates_rate_in_range", {"rate": "0.999999"}, {"rate": 1}, {"rate": "-0.000001"}),
    unique("tax_rates_class_unique", "zone_id", "tax_class", other={"tax_class": "reduced"}),
    unique(
        "tax_rates_country_unique",
        "country_code",
        "state",
        "tax_class",
        given=IN_NEW_YORK,
        other={"country_code": "CA", "state": "", "tax_class": "reduced"},
    ),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
