import pytest
from django.test import Client

from accounts.models import User
from shopflow.lib.secrets import new_token
from tests.accounts.letters import letters
from tests.accounts.links import EMAIL, PASSWORD, shopper, token_of
from tests.storefront import words

pytestmark = pytest.mark.django_db
NEW = "new@example.com"
LOGIN = "/accounts/login/"
FORM = {"email": NEW, "old": PASSWORD}


def logged_in(email: str = EMAIL) -> Client:
    client = Client()
    client.post(LOGIN, {"username": email, "password": PASSWORD})
    return client


@pytest.mark.parametrize("language", ["", "/de"])
def test_the_link_at_the_new_address_changes_it(language: str) -> None:
    shopper()
    here, there = logged_in(), logged_in()

    response = here.post(f"{language}/account/email/", FORM)
    assert (response.status_code, response["Location"]) == (303, f"{language}/account/email/")
    link = f"{language}/accounts/email/{token_of('accounts/email_changing')}/"
    assert here.get(link).status_code == 200
    assert User.objects.get().email == EMAIL
    response = here.post(link)

    assert response["Location"] == f"{language}/account/email/"
    assert User.objects.get().email == NEW
    assert NEW in words(here.get("/account/"))
    assert there.get("/account/").status_code == 302
    assert (letters()[-1].kind, letters()[-1].to) == ("accounts/email_changed", EMAIL)


def test_the_link_works_in_another_browser_and_logs_nobody_in(client: Client) -> None:
    shopper()
    here = logged_in()
    here.post("/account/email/", FORM)

    response = client.post(f"/accounts/email/{token_of('accounts/email_changing')}/")

    assert response["Location"] == LOGIN
    assert User.objects.get().email == NEW
    assert "_auth_user_id" not in client.session
    assert here.get("/account/").status_code == 302


def test_the_link_of_another_changes_nothing_of_mine() -> None:
    shopper()
    logged_in().post("/account/email/", FORM)
    eve = shopper("eve@example.com")
    hers = logged_in("eve@example.com")

    response = hers.post(f"/accounts/email/{token_of('accounts/email_changing')}/")

    assert response["Location"] == LOGIN
    eve.refresh_from_db()
    assert eve.email == "eve@example.com"
    assert hers.get("/account/").status_code == 200


@pytest.mark.parametrize(
    "token", ["neverSent-neverSent-neverSent-neverSent-43ch", "x", "x" * 3000, "%00", "%ff"]
)
def test_a_link_that_was_never_sent_is_refused(client: Client, token: str) -> None:
    response = client.post(f"/accounts/email/{token}/")

    assert response.status_code == 400
    assert "This link doesn't work any more." in words(response)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"old": "wrong"}, "This isn't your password."),
        ({"old": ""}, "Please fill this in."),
        ({"email": ""}, "Please fill this in."),
        ({"email": "new"}, "Please enter an e-mail address like name@example.com."),
        ({"email": f"{NEW}\0"}, "Please enter an e-mail address like"),
        ({"email": f"{'n' * 250}@example.com"}, "at most 254 characters"),
        ({"email": "ADA@example.com"}, "This is your e-mail address already."),
    ],
)
def test_odd_input_is_refused(fields: dict[str, str], sentence: str) -> None:
    shopper()
    client = logged_in()

    response = client.post("/account/email/", {**FORM, **fields})

    assert response.status_code == 400
    assert sentence in words(response)
    assert [letter.kind for letter in letters()] in ([], ["accounts/new_device"])


def test_forms_need_the_token_of_their_page() -> None:
    shopper()
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get())

    assert client.post("/account/email/", FORM).status_code == 403
    assert client.post(f"/accounts/email/{new_token()}/").status_code == 403

    assert letters() == []


def test_asking_asks_for_a_login(client: Client) -> None:
    assert client.get("/account/email/")["Location"] == "/accounts/login/?next=/account/email/"


@pytest.mark.parametrize(
    "page", ["/account/email/", "/accounts/email/neverSent-neverSent-neverSent-neverSent-43ch/"]
)
def test_pages_are_kept_nowhere(page: str) -> None:
    shopper()

    response = logged_in().get(page)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
