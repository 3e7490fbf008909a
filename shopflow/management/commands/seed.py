from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.models import Product
from shopflow.demo.load import load_demo_shop
from shopflow.demo.people import save_demo_people


class Command(BaseCommand):
    help = (
        "Loads the demo shop: categories, products with pictures and stock, shipping and taxes "
        "for the US and Germany, the coupon WELCOME10, an owner and a shopper. Safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=["s"], default="s", help="s: 12 product families")
        parser.add_argument(
            "--once", action="store_true", help="do nothing in a shop that has products"
        )

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if once and Product.objects.exists():
            return
        people = save_demo_people()
        loaded = load_demo_shop()
        self.stdout.write(
            f"Demo shop: {loaded.created} products created, {loaded.updated} updated, "
            f"{loaded.unchanged} unchanged"
        )
        for line in people:
            self.stdout.write(f"Sign in as {line}")
