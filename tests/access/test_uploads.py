import pytest

from tests.access.server import Server

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("server")]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("products/zq.webp", 200),
        ("brands/zq.webp", 200),
        ("reviews/zq.webp", 200),
        ("invoices/zq.webp", 404),
        ("imports/zq.webp", 404),
        ("reviews/../invoices/zq.webp", 400),
        ("reviews/%2e%2e/invoices/zq.webp", 400),
    ],
)
def test_are_served_only_where_they_are_pictures(server: Server, path: str, status: int) -> None:
    for folder in ("products", "brands", "reviews", "invoices", "imports"):
        file = server.media / folder / "zq.webp"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("zqpicture")

    answer = server.get(f"/media/{path}")

    assert answer.status == status
    assert ("zqpicture" in answer.text) == (status == 200)
