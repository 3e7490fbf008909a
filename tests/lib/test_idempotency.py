import json

import pytest
from django.db import IntegrityError

from accounts.models import User
from shopflow.lib.errors import DomainError, InvalidInput
from shopflow.lib.idempotency import (
    Answer,
    Claim,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    answer_once,
    claim_of,
)
from shopflow.lib.models import IdempotencyKey
from tests import factories

pytestmark = pytest.mark.django_db


def claim(key: str = "0123-4567", *, actor: str = "guest", body: object = None) -> Claim:
    return claim_of(actor=actor, route="checkout", key=key, body=body or {"total": "1.00"})


def refuse(error: DomainError) -> Answer:
    return Answer.of(error.status, {"code": error.code})


class Work:
    """Something that must happen once: it makes a user, and counts."""

    def __init__(self, *, refusal: DomainError | None = None) -> None:
        self.times = 0
        self.refusal = refusal

    def __call__(self) -> Answer:
        self.times += 1
        user = factories.UserFactory.create()
        if self.refusal is not None:
            raise self.refusal
        return Answer.of(201, {"email": user.email, "ümlaut": 1})


def users() -> int:
    return User.objects.count()


def test_does_the_work_once_and_answers_as_often_as_asked() -> None:
    work = Work()

    answers = [answer_once(claim(), work=work, refusal=refuse) for _ in range(3)]

    assert work.times == users() == 1
    assert answers == [answers[0]] * 3
    assert answers[0].status == 201
    row = IdempotencyKey.objects.get()
    assert (row.status, row.body) == (201, answers[0].body)


def test_keeps_a_refusal_too_and_undoes_its_work() -> None:
    work = Work(refusal=InvalidInput("No."))

    answers = [answer_once(claim(), work=work, refusal=refuse) for _ in range(2)]

    assert answers == [Answer(400, '{"code": "invalid"}')] * 2
    assert (work.times, users()) == (1, 0)


def test_refuses_the_same_key_with_another_body() -> None:
    answer_once(claim(body={"total": "1.00"}), work=Work(), refusal=refuse)
    work = Work()

    with pytest.raises(IdempotencyKeyReused) as refused:
        answer_once(claim(body={"total": "2.00"}), work=work, refusal=refuse)

    assert (refused.value.code, refused.value.status) == ("idempotency_key_reused", 422)
    assert work.times == 0


def test_takes_the_same_body_in_another_order() -> None:
    first = claim(body={"a": 1, "b": [1, 2]})

    assert claim(body={"b": [1, 2], "a": 1}) == first
    assert claim(body={"b": [2, 1], "a": 1}) != first


def test_keeps_the_keys_of_two_people_apart() -> None:
    work = Work()

    for actor in ("guest:1", "guest:2"):
        answer_once(claim(actor=actor), work=work, refusal=refuse)

    assert work.times == 2


def test_forgets_a_claim_whose_work_broke() -> None:
    def broken() -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answer_once(claim(), work=broken, refusal=refuse)

    assert not IdempotencyKey.objects.exists()
    assert answer_once(claim(), work=Work(), refusal=refuse).status == 201


def test_takes_no_error_of_the_work_for_a_repeat() -> None:
    def broken() -> Answer:
        raise IntegrityError("another constraint")

    with pytest.raises(IntegrityError, match="another constraint"):
        answer_once(claim(), work=broken, refusal=refuse)


@pytest.mark.parametrize(
    "key", [None, "", "short", "x" * 129, "with space", "ümlaut-key", "tab\tkey-", "line\nkey-"]
)
def test_wants_a_well_formed_key(key: str | None) -> None:
    with pytest.raises(IdempotencyKeyMissing) as refused:
        claim_of(actor="guest", route="checkout", key=key, body={})

    assert (refused.value.code, refused.value.status) == ("idempotency_key_missing", 400)


@pytest.mark.parametrize("key", ["x" * 8, "x" * 128, "!~azAZ09"])
def test_takes_any_visible_characters(key: str) -> None:
    assert claim(key).key == key


def test_an_answer_is_rendered_once() -> None:
    answer = Answer.of(200, {"name": "Grün"})

    assert json.loads(answer.body) == {"name": "Grün"}
