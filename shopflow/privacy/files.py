"""An export as a file to download."""

from contextlib import ExitStack
from datetime import timedelta
from io import TextIOWrapper
from tempfile import TemporaryFile
from uuid import UUID

from django.http import FileResponse

from shopflow.lib.limits import Limit, take
from shopflow.privacy.exporting import export_user

NAME = "my-data.json"
# Each reads every row of a person.
LIMIT = Limit(name="export", tries=10, per=timedelta(hours=1))


def download(*, user_id: UUID, by: UUID) -> FileResponse:
    """Return a person's data as an attachment, for whoever asked.

    Raises UserNotFound, TooManyTries.

    Written whole before the first byte goes out: no transaction waits for somebody's network, and
    what fails fails with a proper answer.
    """
    take(LIMIT, str(by))
    with ExitStack() as unless_it_fails:
        file = TemporaryFile()  # noqa: SIM115 - the response closes it
        text = unless_it_fails.enter_context(TextIOWrapper(file, encoding="utf-8"))
        export_user(user_id=user_id, to=text, by=by)
        text.detach().seek(0)
        unless_it_fails.pop_all()
    response = FileResponse(
        file, as_attachment=True, filename=NAME, content_type="application/json"
    )
    response["Cache-Control"] = "no-store"
    return response
