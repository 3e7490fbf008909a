"""What every endpoint of the API shares: problem documents, bodies, paging, cached answers.

Django REST framework imports this package for its settings while its own views are being
imported, so nothing here may import them; `schema` does and is therefore not part of it.
"""

from shopflow.lib.api.answers import answer, cached
from shopflow.lib.api.bodies import (
    Body,
    JSONBody,
    MoneyValue,
    NoMetadata,
    WholeNumber,
    checked,
    user_id_of,
)
from shopflow.lib.api.paging import CursorPagination
from shopflow.lib.api.problems import (
    PROBLEM_TYPE,
    document_of,
    domain_document,
    problem,
    problem_response,
)

__all__ = [
    "PROBLEM_TYPE",
    "Body",
    "CursorPagination",
    "JSONBody",
    "MoneyValue",
    "NoMetadata",
    "WholeNumber",
    "answer",
    "cached",
    "checked",
    "document_of",
    "domain_document",
    "problem",
    "problem_response",
    "user_id_of",
]
