from collections.abc import Callable

import pytest

from shopflow.lib.ids import new_id
from tests.rules.proofs import check, one_of, unique
from tests.rules.rows import LATER, new

pytestmark = pytest.mark.django_db
ITSELF = new_id()
GERMAN = {"language": "de"}
LANGUAGES = ({"language": "pt-br"}, {"language": "DE"}, {"language": "d"}, {"language": "de_CH"})

RULES = (
    unique(
        "categories_slug_unique",
        "parent_id",
        "slug",
        given={"parent_id": None},
        other={"parent_id": new("categories")},
        ledger="S1-40 S1-41 S3-10",
    ),
    unique("categories_path_unique", "path"),
    check("categories_not_own_parent", {}, {"id": ITSELF, "parent_id": ITSELF}),
    check("categories_not_empty", {"name": "Shirts", "slug": "shirts"}, {"name": ""}, {"slug": ""}),
    unique("brands_name_unique", "name"),
    unique("brands_slug_unique", "slug"),
    check("brands_not_empty", {"name": "Acme", "slug": "acme"}, {"name": ""}, {"slug": ""}),
    unique("product_types_name_unique", "name"),
    unique("product_types_slug_unique", "slug"),
    check(
        "product_types_not_empty", {"name": "Shirts", "slug": "shirts"}, {"name": ""}, {"slug": ""}
    ),
    unique("product_type_attributes_unique", "product_type_id", "attribute_id"),
    unique("attributes_name_unique", "name"),
    unique("attributes_slug_unique", "slug"),
    check("attributes_not_empty", {"name": "Length", "slug": "length"}, {"name": ""}, {"slug": ""}),
    one_of("attributes_type_known", "type", "text number boolean choice colour"),
    check("attributes_unit_of_a_number", {"type": "number", "unit": "cm"}, {"type": "text"}),
    unique("attribute_choices_value_unique", "attribute_id", "value"),
    check("attribute_choices_not_empty", {"value": "red"}, {"value": ""}),
    check(
        "attribute_choices_colour_valid",
        {"colour": "#ff0000"},
        {"colour": "#FF0000"},
        {"colour": "ff0000"},
        {"colour": "red"},
    ),
    check(
        "product_reviews_rating_1_to_5", {"rating": 5}, {"rating": 6}, {"rating": 0}, ledger="S1-92"
    ),
    check("product_reviews_votes_not_negative", {"helpful_votes": 0}, {"helpful_votes": -1}),
    check(
        "product_reviews_reply_has_time",
        {"reply": "Thank you!", "replied_at": LATER},
        {"replied_at": None},
        {"reply": ""},
    ),
    unique(
        "product_reviews_one_per_user",
        "product_id",
        "user_id",
        given={"user_id": new("users")},
        unless=({"user_id": None}, {"user_id": None}),
        ledger="S1-50 S2-113",
    ),
    unique("review_votes_one_per_user", "review_id", "user_id"),
    check("review_photos_has_picture", {"file": "reviews/shirt.jpg"}, {"file": ""}),
    check("review_photos_width_check", {"width": 0}, {"width": -1}),
    check("review_photos_height_check", {"height": 0}, {"height": -1}),
    unique("product_purchases_unique", "user_id", "product_id"),
    unique("product_translations_unique", "product_id", "language", other=GERMAN),
    check("product_translations_name_not_empty", {"name": "Hemd"}, {"name": ""}),
    check("product_translations_language_valid", *LANGUAGES),
    unique("category_translations_unique", "category_id", "language", other=GERMAN),
    check("category_translations_name_not_empty", {"name": "Hemden"}, {"name": ""}),
    check("category_translations_language_valid", *LANGUAGES),
    unique("content_pages_unique", "slug", "language", other=GERMAN),
    check("content_pages_language_valid", *LANGUAGES),
    check(
        "content_pages_not_empty",
        {"slug": "imprint", "title": "Imprint"},
        {"slug": ""},
        {"title": ""},
    ),
    unique("menus_unique", "code", "language", other=GERMAN),
    check("menus_language_valid", *LANGUAGES),
    check("menus_code_not_empty", {"code": "footer"}, {"code": ""}),
    check("menu_items_label_not_empty", {"label": "Shirts"}, {"label": ""}),
    check("menu_items_not_own_parent", {}, {"id": ITSELF, "parent_id": ITSELF}),
    check(
        "menu_items_one_target",
        {"category_id": new("categories"), "page_id": None, "url": ""},
        {"page_id": new("content_pages")},
        {"url": "/sale/"},
        {"category_id": None, "page_id": new("content_pages"), "url": "/sale/"},
    ),
    unique("synonyms_unique", "language", "word", "synonym", other=GERMAN),
    check("synonyms_language_valid", *LANGUAGES),
    check(
        "synonyms_not_empty", {"word": "sofa", "synonym": "couch"}, {"word": ""}, {"synonym": ""}
    ),
    check("synonyms_not_itself", {"word": "sofa", "synonym": "couch"}, {"synonym": "sofa"}),
    check("search_log_language_valid", *LANGUAGES),
    check("search_log_query_not_empty", {"query": "sofa"}, {"query": ""}),
    check("search_log_count_not_negative", {"result_count": 0}, {"result_count": -1}),
    unique("search_words_unique", "language", "word", other=GERMAN),
    check("search_words_language_valid", *LANGUAGES),
    check("search_words_not_empty", {"word": "sofa"}, {"word": ""}),
    check("search_words_count_positive", {"product_count": 1}, {"product_count": 0}),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
