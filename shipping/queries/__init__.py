"""Which ways of shipping and which taxes apply to a destination."""

from shipping.queries.delivery import (
    Destination,
    PickupPlace,
    ShippingOption,
    countries,
    free_above_everywhere,
    is_pickup,
    options,
    zone_of,
)
from shipping.queries.taxes import (
    Tax,
    TaxAnswer,
    TaxCalculator,
    TaxedPart,
    TaxQuestion,
    calculator,
    tax_rates,
    taxes_by_table,
)
from shipping.queries.vat import (
    BuiltInVatCheck,
    VatAnswer,
    VatCheck,
    is_union_country,
    is_union_seller,
    vat_answer,
)

__all__ = [
    "BuiltInVatCheck",
    "Destination",
    "PickupPlace",
    "ShippingOption",
    "Tax",
    "TaxAnswer",
    "TaxCalculator",
    "TaxQuestion",
    "TaxedPart",
    "VatAnswer",
    "VatCheck",
    "calculator",
    "countries",
    "free_above_everywhere",
    "is_pickup",
    "is_union_country",
    "is_union_seller",
    "options",
    "tax_rates",
    "taxes_by_table",
    "vat_answer",
    "zone_of",
]
