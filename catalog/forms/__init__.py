"""How a list page was asked for, and what it offers to ask for next."""

from catalog.forms.facets import Facet, FacetValue
from catalog.forms.listing import Chip, Listing, read_listing

__all__ = ["Chip", "Facet", "FacetValue", "Listing", "read_listing"]
