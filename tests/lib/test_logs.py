import logging
import sys

import pytest
from django.conf import settings

from shopflow.lib.logs import Discreet
from shopflow.lib.secrets import new_token


def written(message: str, *args: object) -> str:
    record = logging.LogRecord("shop", logging.INFO, __file__, 1, message, args, None)
    return Discreet("%(message)s").format(record)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("mail to ada@shop.example.", "mail to <e-mail>."),
        ("ADA.L+x@sub.shop.example", "<e-mail>"),
        ("card 4242 4242 4242 4242 refused", "card <card> refused"),
        ("card 4000000000000002", "card <card>"),
        ("GET /orders/ORD-1/?token=abc&n=2", "GET /orders/ORD-1/?token=<token>&n=2"),
        # No card: the last digit doesn't fit the others.
        ("order 4242 4242 4242 4241", "order 4242 4242 4242 4241"),
        ("request 0197f0c2d3e44f5aa6b7c8d9e0f1a2b3", "request 0197f0c2d3e44f5aa6b7c8d9e0f1a2b3"),
        ("account 0197f0c2-d3e4-4f5a-a6b7-c8d9e0f1a2b3 closed",) * 2,
        ("/p/a-very-long-name-of-a-product-that-is-for-sale-here/",) * 2,
        ("2026-11-21 18:31:25,123",) * 2,
    ],
)
def test_names_nobody_and_opens_nothing(said: str, expected: str) -> None:
    assert written(said) == expected


def test_blackens_tokens() -> None:
    for _ in range(200):
        assert written("reset %s used", new_token()) == "reset <token> used"


def test_blackens_a_signed_token() -> None:
    signed = ".".join(
        ["eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9xY", "eyJzdWIiOiI0MiJ9" * 4, "s1g" * 20]
    )

    assert written("header %s", f"Bearer {signed}") == "header Bearer <token>"


def test_blackens_what_an_error_says() -> None:
    try:
        raise ValueError("Key (email)=(ada@shop.example) already exists.")
    except ValueError:
        record = logging.LogRecord("shop", logging.ERROR, "f", 1, "failed", (), sys.exc_info())

    line = Discreet("%(message)s").format(record)

    assert "Key (email)=(<e-mail>) already exists." in line
    assert "ada@" not in line


def test_every_handler_of_the_shop_writes_so() -> None:
    logging_settings = settings.LOGGING

    assert list(logging_settings["handlers"]) == ["stderr"]
    assert logging_settings["formatters"]["line"]["()"] == "shopflow.lib.logs.Discreet"
    assert logging_settings["handlers"]["stderr"]["formatter"] == "line"
