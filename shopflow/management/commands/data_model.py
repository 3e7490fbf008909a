from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from shopflow.blueprint.document import document
from shopflow.blueprint.picture import picture
from shopflow.blueprint.schema import tables


class Command(BaseCommand):
    help = "Writes docs/data-model.md and its picture from the models and a new, empty database."

    def handle(self, *args: Any, **options: Any) -> None:
        creation, name = connection.creation, connection.settings_dict["NAME"]
        creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            found = tables()
        finally:
            creation.destroy_test_db(name, verbosity=0)
        docs = settings.BASE_DIR / "docs"
        (docs / "pictures").mkdir(exist_ok=True)
        (docs / "data-model.md").write_text(document(found), encoding="utf-8")
        (docs / "pictures" / "data-model.svg").write_text(picture(found), encoding="utf-8")
        self.stdout.write(f"{len(found)} tables written to docs/data-model.md")
