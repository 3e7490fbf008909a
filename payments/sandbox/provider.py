"""The parts every route needs, put together."""

import hmac
import threading

from payments.sandbox.bank import Bank
from payments.sandbox.books import Books
from payments.sandbox.config import Config
from payments.sandbox.courier import Courier
from payments.sandbox.disputes import Disputes
from payments.sandbox.faults import Faults
from payments.sandbox.ledger import Ledger
from payments.sandbox.payouts import Payouts
from payments.sandbox.refunds import Refunds
from payments.sandbox.wire import Refused, Request


class Provider:
    """One running provider."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.ledger = Ledger(config.database)
        self.faults = Faults()
        books = Books(self.ledger, config.url)
        self.bank = Bank(books)
        self.refunds = Refunds(books, self.faults)
        self.disputes = Disputes(books)
        self.payouts = Payouts(books)
        self.courier = Courier(self.ledger, self.faults, config)
        self.stopping = threading.Event()

    def require_key(self, request: Request) -> None:
        """Raise Refused (401) unless the request carries our API key."""
        expected = f"Bearer {self.config.api_key}".encode()
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            raise Refused(401, "unauthorized", "The API key is missing or wrong.")
