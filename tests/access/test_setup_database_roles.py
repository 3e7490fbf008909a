from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from django.core.management import CommandError, call_command

from shopflow.access.roles import roles_sql
from tests.access.own_server import OwnServer, own_server
from tests.ledger import ledger

pytestmark = pytest.mark.xdist_group("own server")


@pytest.fixture(scope="module")
def running() -> Iterator[OwnServer]:
    with TemporaryDirectory(prefix="shopflow-test-") as folder:
        Path(folder).chmod(0o755)
        with own_server(Path(folder, "state")) as server:
            yield server


@pytest.fixture
def server(running: OwnServer) -> OwnServer:
    running.empty()
    return running


def set_up(server: OwnServer, by: str = "postgres", login: str = "shop") -> str:
    done = server.manage("setup_database_roles", "--as", server.url(by), login=login)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Roles and rights are set; {login} may act as each of them.\n"
    return done.stderr


def make_roles(server: OwnServer) -> None:
    """What `make run` does on its own server."""
    with server.admin() as admin:
        admin.execute(roles_sql("shop"))


@ledger("S0-30", "C-53", "S3-24", "S2-161")
def test_makes_roles_and_database_on_an_empty_server(server: OwnServer) -> None:
    said = set_up(server)

    assert said == ""
    roles = server.roles()
    shown = {
        name: (may_login, inherits, creates_databases, passes_by)
        for name, (_, inherits, _, creates_databases, may_login, passes_by, _) in roles.items()
    }
    assert shown == {
        "postgres": (True, True, True, True),
        "shop": (True, False, False, False),
        "shop_owner": (False, True, True, False),
        "shop_app": (True, True, False, False),
        "shop_worker": (True, True, False, False),
        "shop_admin": (True, True, False, False),
        "shop_readonly": (True, True, False, False),
        "shop_audit": (True, True, False, False),
        "shop_backup": (True, True, False, True),
    }
    with server.admin() as admin:
        owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'shopflow'"
        assert admin.execute(owner).fetchone() == ("shop_owner",)


def test_lets_the_login_act_as_each_role_and_be_none_by_itself(server: OwnServer) -> None:
    make_roles(server)

    with psycopg.connect(server.url("shop"), autocommit=True) as shop:
        for role in ("owner", "app", "worker", "admin", "readonly", "audit"):
            shop.execute(f"SET ROLE shop_{role}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            shop.execute("SET ROLE shop_backup")
        shop.execute("RESET ROLE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            shop.execute("CREATE TABLE mine (id int)")


def test_lets_a_role_log_in_by_itself_and_become_no_other(server: OwnServer) -> None:
    make_roles(server)

    with psycopg.connect(server.url("shop_app"), autocommit=True) as app:
        app.execute("SET ROLE shop_app")
        for other in ("shop_owner", "shop_worker", "shop_admin", "shop"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(f"SET ROLE {other}")


def test_changes_nothing_when_it_is_repeated(server: OwnServer) -> None:
    make_roles(server)
    before = server.roles()

    set_up(server)
    make_roles(server)

    assert server.roles() == before


def test_takes_back_what_a_membership_inherits(server: OwnServer) -> None:
    with server.admin() as admin:
        admin.execute("CREATE ROLE shop LOGIN; CREATE ROLE shop_owner; GRANT shop_owner TO shop")
    asked = "SELECT pg_has_role('shop', 'shop_owner', 'USAGE')"
    with server.admin() as admin:
        assert admin.execute(asked).fetchone() == (True,)

    make_roles(server)

    with server.admin() as admin:
        assert admin.execute(asked).fetchone() == (False,)


def test_lets_a_second_login_act_as_the_same_roles(server: OwnServer) -> None:
    make_roles(server)
    before = server.roles()

    done = server.manage(
        "setup_database_roles",
        "--as",
        server.url("postgres"),
        login="second login",
        database="second login",
    )

    assert done.returncode == 0, done.stderr
    after = server.roles()
    assert set(after) - set(before) == {"second login"}
    assert {name: after[name] for name in before} == before
    with server.admin() as admin:
        owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'second login'"
        assert admin.execute(owner).fetchone() == ("shop_owner",)


def test_works_for_the_first_user_of_a_managed_server(server: OwnServer) -> None:
    with server.admin() as admin:
        admin.execute("CREATE ROLE manager LOGIN CREATEROLE CREATEDB")

    said = set_up(server, by="manager")

    assert said == (
        "shop_backup can't read past row-level security here: back up as the provider of the "
        "server says\nsealing the audit log needs pg_read_all_stats, the health page too: "
        "have it granted to shop_worker and shop_audit\n"
    )
    assert set(server.roles()) > {"shop", "shop_owner", "shop_app", "shop_audit"}


def test_refuses_a_login_that_no_policy_binds(server: OwnServer) -> None:
    before = server.roles()

    done = server.manage("setup_database_roles", "--as", server.url("postgres"), login="postgres")

    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: postgres may pass row-level security by. Give")
    assert server.roles() == before


def test_refuses_a_database_of_somebody_else(server: OwnServer) -> None:
    with server.admin() as admin:
        admin.execute("CREATE DATABASE shopflow")

    done = server.manage("setup_database_roles", "--as", server.url("postgres"))

    assert (done.returncode, done.stderr) == (
        1,
        "CommandError: The database shopflow belongs to postgres. If it is the shop's, say there: "
        'ALTER DATABASE "shopflow" OWNER TO shop_owner\n',
    )


def test_says_in_a_sentence_that_nobody_answers(server: OwnServer) -> None:
    done = server.manage("setup_database_roles", "--as", server.url("nobody-of-this-name"))

    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The roles can't be made: connection ")
    assert 'role "nobody-of-this-name" does not exist' in done.stderr
    assert "Traceback" not in done.stderr
    assert set(server.roles()) == {"postgres"}


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://root:hunter2@db/x", "postgresql://postgres:hunter2%zz@db/postgres"],
)
def test_refuses_an_address_that_is_none_and_shows_no_password(url: str) -> None:
    with pytest.raises(CommandError, match=r"^--as: write it as postgresql://") as refused:
        call_command("setup_database_roles", admin_url=url)

    assert "hunter2" not in str(refused.value)
