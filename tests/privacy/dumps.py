"""What a thief of the whole database would read."""

import os
import subprocess

from tests.databases import address


def dumped() -> str:
    """Every row of the present database, as pg_dump writes them."""
    known = address()
    environ = {"PGHOST": known["host"], "PGPORT": str(known["port"]), "PGUSER": known["user"]}
    done = subprocess.run(
        ["pg_dump", "--data-only", known["dbname"]],
        check=True,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            **environ,
            "PGPASSWORD": known["password"],
            "PGOPTIONS": f"{known['options']}",
        },
    )
    return done.stdout
