from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from shopflow.blueprint.document import document
from shopflow.blueprint.picture import picture
from shopflow.blueprint.schema import tables
from shopflow.privacy.document import written


class Command(BaseCommand):
    help = (
        "Writes docs/data-model.md, its picture and the table of docs/privacy.md from the models "
        "and a new, empty database."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        creation, name = connection.creation, connection.settings_dict["NAME"]
        creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            found = tables()
        finally:
            creation.destroy_test_db(name, verbosity=0)
        docs = settings.BASE_DIR / "docs"
        (docs / "pictures").mkdir(exist_ok=True)
        privacy = docs / "privacy.md"
        privacy.write_text(written(privacy.read_text(encoding="utf-8")), encoding="utf-8")
        (docs / "data-model.md").write_text(document(found), encoding="utf-8")
        (docs / "pictures" / "data-model.svg").write_text(picture(found), encoding="utf-8")
        self.stdout.write(f"{len(found)} tables written to docs/data-model.md")
