import re

from django.contrib.staticfiles import finders
from django.test import Client

ELSEWHERE = re.compile(r"""(?:src|href|url)\s*[=:(]\s*["']?(?:https?:)?//""")


def test_shows_the_description_from_our_own_files_only(client: Client) -> None:
    answer = client.get("/api/v1/docs/")

    page = answer.content.decode()
    files = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert answer.status_code == 200
    assert 'data-schema="/api/v1/schema/"' in page
    assert ELSEWHERE.findall(page) == []
    assert sorted(name.rsplit("/", 1)[1] for name in files) == [
        "docs.js",
        "favicon-32x32.png",
        "swagger-ui-bundle.js",
        "swagger-ui.css",
    ]
    assert all(finders.find(name) for name in files)


def test_has_a_policy_of_its_own(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    answer = client.get("/api/v1/schema/")

    policy = dict(
        directive.strip().split(" ", 1)
        for directive in page["Content-Security-Policy"].split(";")
        if " " in directive.strip()
    )
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert "http" not in page["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
