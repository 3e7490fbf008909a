from pathlib import Path

import pytest

from shopflow.supervisor import environment


@pytest.mark.parametrize(
    ("redis", "broker"),
    [
        ("unix:///run/shop/redis.sock?db=0", "redis+socket:///run/shop/redis.sock?virtual_host=1"),
        ("unix:///run/shop/redis.sock", "redis+socket:///run/shop/redis.sock?virtual_host=1"),
        ("redis://cache.example:6379/0", "redis://cache.example:6379/0"),
        ("", ""),
    ],
)
def test_writes_the_address_of_a_redis_as_celery_wants_it(redis: str, broker: str) -> None:
    assert environment.broker_address(redis) == broker


def test_reads_back_what_it_writes(tmp_path: Path) -> None:
    file = tmp_path / "env"
    values = {"PLAIN": "1", "URL": "unix:///a?b=c", "EMPTY": "", "UMLAUT": "Größe # 3"}

    environment.write(file, values)

    assert environment.read(file) == values


def test_reads_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    assert environment.read(tmp_path / "env") == {}


def test_adopts_what_the_environment_does_not_say(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("# a remark\nSITE_URL=http://127.0.0.1:8010\nDEBUG=1\n")
    environ = {"SHOPFLOW_STATE": str(tmp_path), "DEBUG": "0"}

    environment.adopt(environ)

    assert environ == {
        "SHOPFLOW_STATE": str(tmp_path),
        "DEBUG": "0",
        "SITE_URL": "http://127.0.0.1:8010",
    }
