import json
import re
from importlib.metadata import version
from pathlib import Path
from runpy import run_path

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"


def bill() -> str:
    written: str = run_path(str(REQUIREMENTS / "bill.py"))["bill"]()
    return written


def test_is_what_the_lock_files_say() -> None:
    kept = (REQUIREMENTS / "bill.cdx.json").read_text(encoding="utf-8")

    assert kept == bill(), "write it again: make lock"


def test_names_every_package_the_shop_asks_for_as_it_is_installed() -> None:
    listed = {part["name"]: part["version"] for part in json.loads(bill())["components"]}
    lines = (REQUIREMENTS / "base.in").read_text(encoding="utf-8").splitlines()
    asked = [re.split(r"[\[~=<>]", line)[0] for line in lines if line and line[0] != "#"]

    assert len(asked) > 20
    assert {name: listed[name] for name in asked} == {name: version(name) for name in asked}
