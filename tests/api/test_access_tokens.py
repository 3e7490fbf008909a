import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings as the_shops
from django.test import Client
from pytest_django import Settings

from accounts import access_tokens
from accounts import commands as accounts
from accounts.access_tokens import Caller
from accounts.models import User
from shopflow.lib.ids import new_id
from tests.api.people import AppUser, app_user
from tests.api.shop import problem, send

pytestmark = pytest.mark.django_db
CLAIMS = ["iss", "aud", "sub", "sid", "iat", "exp"]
STRANGERS_KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def ada(db: None) -> AppUser:
    return app_user()


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A token's header and claims."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.get_unverified_header(token), claims


def signed(token: str, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token with other contents, signed with the shop's own key; None takes a claim out."""
    known, said = opened(token)
    said = {name: value for name, value in (said | claims).items() if value is not None}
    key, _ = access_tokens._key(the_shops.SECRET_KEY)
    return jwt.encode(said, key, "ES256", headers={**known, **(header or {})})


def by_hand(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    parts = [_encoded(json.dumps(part).encode()) for part in (header, claims)]
    return ".".join([*parts, _encoded(sign(".".join(parts).encode()))])


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def refused(client: Client, token: str, code: str = "invalid_token") -> None:
    for method, path in [("get", "me/"), ("get", "cart/"), ("post", "auth/logout/")]:
        answer = send(client, method, path, access=token)
        problem(answer, 401, code)
        assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'
        assert answer["Cache-Control"] == "no-store"


def test_opens_ones_own_account(client: Client, ada: AppUser) -> None:
    answer = send(client, "get", "me/", access=ada.access)

    assert (answer.status_code, answer.json()["email"]) == (200, "ada@example.com")


def test_says_for_whom_and_for_how_long(ada: AppUser) -> None:
    header, claims = opened(ada.access)

    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")
    assert sorted(claims) == sorted(CLAIMS)
    assert (claims["iss"], claims["aud"]) == (
        the_shops.SITE_URL,
        f"{the_shops.SITE_URL}/api/v1/",
    )
    assert (claims["sub"], claims["sid"]) == (str(ada.user.pk), str(ada.family))
    assert claims["exp"] - claims["iat"] == 600


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_knows_its_scheme_in_any_case(client: Client, ada: AppUser, scheme: str) -> None:
    answer = client.get("/api/v1/me/", headers={"Authorization": f"{scheme} {ada.access}"})

    assert answer.status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Token", "DPoP", ""])
def test_takes_no_token_under_another_scheme(client: Client, ada: AppUser, scheme: str) -> None:
    answer = client.get("/api/v1/me/", headers={"Authorization": f"{scheme} {ada.access}"})

    problem(answer, 401, "invalid_token")


def test_takes_no_token_from_the_address(client: Client, ada: AppUser) -> None:
    answer = send(client, "get", f"me/?access_token={ada.access}")

    problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
def test_refuses_a_token_without_a_signature(client: Client, ada: AppUser, alg: str) -> None:
    header, claims = opened(ada.access)

    refused(client, by_hand({**header, "alg": alg}, claims, lambda _: b""))


@pytest.mark.parametrize(
    "format", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.UncompressedPoint]
)
@pytest.mark.parametrize("alg", ["HS256", "ES256"])
def test_refuses_a_secret_made_of_the_public_key(
    client: Client, ada: AppUser, alg: str, format: PublicFormat
) -> None:
    public = access_tokens._key(the_shops.SECRET_KEY)[0].public_key()
    is_point = format == PublicFormat.UncompressedPoint
    known = public.public_bytes(Encoding.X962 if is_point else Encoding.PEM, format)
    header, claims = opened(ada.access)

    token = by_hand({**header, "alg": alg}, claims, lambda text: hmac.digest(known, text, "sha256"))

    refused(client, token)


def test_refuses_a_key_that_comes_with_the_token(client: Client, ada: AppUser) -> None:
    header, claims = opened(ada.access)
    numbers = STRANGERS_KEY.public_key().public_numbers()
    x, y = (_encoded(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    own = {"jwk": {"kty": "EC", "crv": "P-256", "x": x, "y": y}}

    for more in ({}, own, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example"}):
        refused(client, jwt.encode(claims, STRANGERS_KEY, "ES256", headers={**header, **more}))


@pytest.mark.parametrize("key_id", ["0" * 16, "", "../../dev/null", "' or 1=1"])
def test_refuses_an_unknown_key(client: Client, ada: AppUser, key_id: str) -> None:
    refused(client, signed(ada.access, header={"kid": key_id}))


def test_refuses_a_token_that_names_no_key(client: Client, ada: AppUser) -> None:
    header, claims = opened(ada.access)
    del header["kid"]
    key, _ = access_tokens._key(the_shops.SECRET_KEY)

    refused(client, jwt.encode(claims, key, "ES256", headers=header))


@pytest.mark.parametrize("kind", ["JWT", "jwt", "dpop+jwt", "", None])
def test_refuses_another_type(client: Client, ada: AppUser, kind: str | None) -> None:
    refused(client, signed(ada.access, header={"typ": kind}))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example/api/v1/"},
        {"aud": ["http://127.0.0.1:8000/api/v1/"]},
        {"aud": ""},
        {"iss": "https://elsewhere.example"},
        {"sub": "1"},
        {"sub": 7},
        {"sid": "nonsense"},
        {"sid": {}},
        {"exp": "soon"},
        *({name: None} for name in CLAIMS),
    ],
    ids=str,
)
def test_refuses_other_claims(client: Client, ada: AppUser, claims: dict[str, Any]) -> None:
    refused(client, signed(ada.access, **claims))


def test_refuses_a_token_that_was_changed(client: Client, ada: AppUser) -> None:
    other = app_user("eve@example.com")
    head, claims, signature = other.access.split(".")
    said = json.loads(urlsafe_b64decode(claims + "=="))
    changed = _encoded(json.dumps({**said, "sub": str(ada.user.pk)}).encode())
    raw = urlsafe_b64decode(signature + "==")
    flipped = _encoded(bytes([raw[0] ^ 1]) + raw[1:])

    for token in (
        f"{head}.{changed}.{signature}",
        f"{head}.{claims}.{flipped}",
        f"{head}.{claims}.{_encoded(bytes(64))}",
        f"{head}.{claims}.",
        f"{head}.{claims}",
        f"{ada.access}.{claims}",
    ):
        refused(client, token)


@pytest.mark.parametrize("token", ["x", "a.b.c", ".", "..", "é.é.é", "a b", "x" * 5000])
def test_refuses_nonsense(client: Client, ada: AppUser, token: str) -> None:
    answer = client.get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"})

    problem(answer, 401, "invalid_token")


def test_refuses_a_refresh_token(client: Client, ada: AppUser) -> None:
    refused(client, ada.refresh)


def test_is_no_refresh_token(client: Client, ada: AppUser) -> None:
    answer = send(client, "post", "auth/refresh/", {"refresh": ada.access[:200]})

    problem(answer, 401, "sign_in_over")


def test_says_that_it_has_expired(client: Client, ada: AppUser, settings: Settings) -> None:
    settings.ACCESS_TOKEN_LIFE = timedelta(seconds=-1)
    expired = access_tokens.issue(Caller(user_id=ada.user.pk, family=ada.family))

    refused(client, expired, "token_expired")


def test_opens_nothing_once_the_device_is_signed_out(client: Client, ada: AppUser) -> None:
    accounts.sign_out(family=ada.family)

    refused(client, ada.access)


def test_opens_nothing_once_the_refresh_token_was_stolen(client: Client, ada: AppUser) -> None:
    child = accounts.rotate(refresh_token=ada.refresh, ip=None)
    accounts.rotate(refresh_token=child.refresh_token, ip=None)
    problem(send(client, "post", "auth/refresh/", {"refresh": ada.refresh}), 401, "sign_in_over")

    refused(client, ada.access)


def test_opens_nothing_of_who_is_no_longer_active(client: Client, ada: AppUser) -> None:
    User.objects.update(is_active=False)

    refused(client, ada.access)


def test_opens_nothing_of_a_closed_account(client: Client, ada: AppUser) -> None:
    accounts.close_account(user_id=ada.user.pk, by=None)

    refused(client, ada.access)


def test_opens_nothing_of_a_person_without_this_sign_in(client: Client, ada: AppUser) -> None:
    other = app_user("eve@example.com")

    for user_id, family in ((ada.user.pk, other.family), (ada.user.pk, new_id())):
        refused(client, access_tokens.issue(Caller(user_id=user_id, family=family)))


def test_works_on_after_the_shops_key_has_changed(
    client: Client, ada: AppUser, settings: Settings
) -> None:
    before = the_shops.SECRET_KEY
    settings.SECRET_KEY = "another key of the shop, made for this test only"

    refused(client, ada.access)
    settings.SECRET_KEY_FALLBACKS = [before]
    assert send(client, "get", "me/", access=ada.access).status_code == 200


def test_a_session_opens_nothing(client: Client, ada: AppUser) -> None:
    client.force_login(ada.user)

    for method, path in [("get", "me/"), ("get", "orders/"), ("get", "auth/sessions/")]:
        problem(send(client, method, path), 401, "not_authenticated")


def test_costs_one_query(client: Client, ada: AppUser, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert send(client, "get", "me/", access=ada.access).status_code == 200
