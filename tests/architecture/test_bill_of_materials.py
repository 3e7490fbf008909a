import json
import re
from importlib.metadata import version

from requirements.bill import BILL, HERE, bill


def test_is_what_the_lock_files_say() -> None:
    assert BILL.read_text(encoding="utf-8") == bill(), (
        "write it again: python3 requirements/bill.py"
    )


def test_names_every_package_the_shop_asks_for_as_it_is_installed() -> None:
    listed = {part["name"]: part["version"] for part in json.loads(bill())["components"]}
    lines = (HERE / "base.in").read_text(encoding="utf-8").splitlines()
    asked = [re.split(r"[\[~=<>]", line)[0] for line in lines if line and line[0] != "#"]

    assert len(asked) > 20
    assert {name: listed[name] for name in asked} == {name: version(name) for name in asked}
