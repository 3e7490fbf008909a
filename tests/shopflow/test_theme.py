import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from shopflow import theme
from shopflow.config import load
from tests.lib.test_config import GOOD

LOOK_UP = """
import django
django.setup()
from django.contrib.staticfiles import finders
from django.template.loader import get_template
for name in ("_theme_head.html", "base.html"):
    print(get_template(name).origin.name)
for name in ("shop/favicon.svg", "shop/shop.css"):
    print(finders.find(name))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "static" / "shop").mkdir(parents=True)
    (tmp_path / "templates" / "_theme_head.html").write_text("mine")
    (tmp_path / "static" / "shop" / "favicon.svg").write_text("<svg/>")
    return tmp_path


def test_its_files_are_found_first_and_ours_where_it_has_none(folder: Path) -> None:
    own = {"THEME": str(folder), "DJANGO_SETTINGS_MODULE": "shopflow.settings"}

    found = subprocess.run(
        [sys.executable, "-c", LOOK_UP],
        cwd=settings.BASE_DIR,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.splitlines() == [
        str(folder / "templates" / "_theme_head.html"),
        str(settings.BASE_DIR / "templates" / "base.html"),
        str(folder / "static" / "shop" / "favicon.svg"),
        str(settings.BASE_DIR / "static" / "shop" / "shop.css"),
    ]


def test_there_is_none_unless_it_is_named() -> None:
    assert load(GOOD).theme is None
    ours = theme.folders(theme=None, ours=settings.BASE_DIR, part="static")
    assert ours == [settings.BASE_DIR / "static"]


def test_may_have_only_templates_or_only_static_files(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()

    assert load({**GOOD, "THEME": str(tmp_path)}).theme == tmp_path
    templates = theme.folders(theme=tmp_path, ours=settings.BASE_DIR, part="templates")
    assert templates == [settings.BASE_DIR / "templates"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing", "there is no folder"), ("", "neither templates nor static stands in")],
)
def test_refuses_what_can_be_none(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"THEME: {reason}"):
        load({**GOOD, "THEME": str(tmp_path / name)})
