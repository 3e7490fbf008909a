from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from shopflow.blueprint.document import document
from shopflow.blueprint.picture import picture
from shopflow.blueprint.schema import tables


class Command(BaseCommand):
    help = "Writes docs/data-model.md and its picture from the models and the migrated database."

    def handle(self, *args: Any, **options: Any) -> None:
        found = tables()
        docs = settings.BASE_DIR / "docs"
        (docs / "pictures").mkdir(exist_ok=True)
        (docs / "data-model.md").write_text(document(found), encoding="utf-8")
        (docs / "pictures" / "data-model.svg").write_text(picture(found), encoding="utf-8")
        self.stdout.write(f"{len(found)} tables written to docs/data-model.md")
