"""What leaves the shop in its logs: nothing that opens something, and nobody's address."""

import logging
import re
from typing import Any

E_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
# 43 characters are 256 random bits: links, carts, refresh tokens; a signed token has two dots.
TOKEN = re.compile(
    r"(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{40,}(?:\.[\w-]{10,}){0,2}|(?<=token=)[^\s&\"']+"
)
DIGITS = re.compile(r"\d(?:[ -]?\d){12,18}")

TO_STDERR: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "shopflow.lib.middleware.RequestIdFilter"}},
    "formatters": {
        "line": {
            "()": "shopflow.lib.logs.Discreet",
            "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
        }
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}},
}


class Discreet(logging.Formatter):
    """Blackens e-mails, tokens and card numbers in every line, tracebacks included.

    A net and no licence: what isn't passed to a logger can't slip through it.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line with a word for each of them."""
        line = E_MAIL.sub("<e-mail>", super().format(record))
        return DIGITS.sub(_unless_card, TOKEN.sub("<token>", line))


def _unless_card(found: re.Match[str]) -> str:
    return "<card>" if _passes_luhn(found[0]) else found[0]


def _passes_luhn(text: str) -> bool:
    """ISO/IEC 7812-1 annex B: from the right, every second digit is doubled."""
    digits = [int(digit) for digit in reversed(text) if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
