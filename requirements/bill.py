"""Writes the bill of materials: every package the shop runs on, for scanners (CycloneDX 1.6).

    python3 requirements/bill.py

`make lock` calls it. The versions and the hashes of their files stand in the lock files; this form
is the one scanners read, which tell which versions have known weaknesses.
"""

import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BILL = HERE / "bill.cdx.json"
RUN = ("base", "redis")
_PACKAGE = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)


def bill() -> str:
    """Return the document, packages by name."""
    found = {
        match.groups()
        for name in RUN
        for match in _PACKAGE.finditer((HERE / f"{name}.txt").read_text(encoding="utf-8"))
    }
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "shopflow"}},
        "components": [_component(name, version) for name, version in sorted(found)],
    }
    return json.dumps(document, indent=1) + "\n"


def _component(name: str, version: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


if __name__ == "__main__":
    BILL.write_text(bill(), encoding="utf-8")
