"""How the catalogue says no."""

from collections.abc import Mapping

from shopflow.lib.errors import DomainError, InvalidInput, NotFound


class ProductNotFound(NotFound):
    code = "product_not_found"
    message = "We don't have this product (any more)."


class CategoryNotFound(NotFound):
    code = "category_not_found"
    message = "We don't have this category (any more)."


class BrandNotFound(NotFound):
    code = "brand_not_found"
    message = "We don't carry this brand (any more)."


class SynonymNotFound(NotFound):
    code = "synonym_not_found"
    message = "This synonym isn't there any more."


class InvalidSynonym(InvalidInput):
    """The message says what to do about it."""

    code = "invalid_synonym"


class InvalidProduct(InvalidInput):
    """A product that breaks a rule of the catalogue; the message says which and what to do."""

    code = "invalid_product"


class SkuTaken(DomainError):
    code = "sku_taken"
    status = 409
    message = "Another product already uses this SKU. Choose a different one."


class SlugTaken(DomainError):
    code = "slug_taken"
    status = 409
    message = "Another product already uses this address. Choose a different one."


class ProductsRefused(DomainError):
    """Some of many products break a rule; `refusals` says why, by their place among the specs."""

    code = "products_refused"
    status = 409
    message = "Some of these products can't be saved."

    def __init__(self, refusals: Mapping[int, DomainError]) -> None:
        super().__init__()
        self.refusals = refusals


class PageNotFound(NotFound):
    code = "page_not_found"
    message = "We don't have this page (any more)."


class InvalidMenu(InvalidInput):
    """The message names the link and says what to do about it."""

    code = "invalid_menu"


class AttributeNotFound(NotFound):
    code = "attribute_not_found"
    message = "This attribute isn't there any more."


class InvalidAttribute(InvalidInput):
    """The message says what to do about it."""

    code = "invalid_attribute"
