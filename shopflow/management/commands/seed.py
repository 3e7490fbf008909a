import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import User
from catalog.models import Product
from shopflow.demo.fill.commands import fill_shop, tidy_up
from shopflow.demo.fill.families import families
from shopflow.demo.fill.plan import plan
from shopflow.demo.fill.progress import Progress
from shopflow.demo.fill.shoppers import email_of
from shopflow.demo.fill.sizes import SIZES
from shopflow.demo.load import load_demo_shop
from shopflow.demo.people import save_demo_people
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as


class Command(BaseCommand):
    help = (
        "Loads the demo shop: categories, products with pictures and stock, shipping and taxes "
        "for the US and Germany, the coupon WELCOME10, an owner and a shopper. Safe to repeat. "
        "The bigger sizes add made-up products, shoppers and orders, once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--size",
            choices=["s", *SIZES],
            default="s",
            help="s: 12 product families; m, l, xl: and 10,000, 100,000 or a million products, and "
            "as many orders",
        )
        parser.add_argument(
            "--seed", type=int, default=42, help="the same number makes the same shop"
        )
        parser.add_argument(
            "--once", action="store_true", help="do nothing in a shop that has products"
        )

    def handle(self, *args: Any, size: str, seed: int, once: bool, **options: Any) -> None:
        if once and Product.objects.exists():
            return
        people = save_demo_people()
        loaded = load_demo_shop()
        self.stdout.write(
            f"Demo shop: {loaded.created} products created, {loaded.updated} updated, "
            f"{loaded.unchanged} unchanged"
        )
        if size in SIZES:
            self._fill(size, seed)
        for line in people:
            self.stdout.write(f"Sign in as {line}")

    def _fill(self, size: str, seed: int) -> None:
        if User.objects.filter(email=email_of(0)).exists():
            self.stdout.write("This shop has made-up products already; nothing was added.")
            return
        progress = Progress(sys.stderr)
        planned = plan(size=SIZES[size], seed=seed, families=families())
        with acting_as(None, role=Role.OWNER):
            fill_shop(planned=planned, progress=progress)
        tidy_up(progress)
