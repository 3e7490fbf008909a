from datetime import timedelta

from accounts.commands.asking import count_asking
from accounts.commands.inputs import check_new_password, email_of, name_of
from accounts.commands.links import VERIFICATION_LIFE, hours, no_link, verification_link
from accounts.models import User
from shopflow.lib.limits import Limit
from shopflow.lib.mail import write_mail
from shopflow.lib.transactions import command

ACCOUNT = Limit(name="register-account", tries=5, per=timedelta(hours=1))
NETWORK = Limit(name="register-network", tries=20, per=timedelta(hours=1))


def register(*, email: str, password: str, first_name: str = "", last_name: str = "") -> None:
    """Make a shopper's account that waits for its e-mail to be verified.

    An address that has an account gets a mail that says so, and nothing else is changed; the
    caller can't tell. Raises EmailInvalid, NameInvalid, PasswordRefused, TooManyTries.
    """
    user = User(email=email_of(email), first_name=name_of(first_name), last_name=name_of(last_name))
    check_new_password(password, user)
    count_asking(ACCOUNT, NETWORK, user.email)
    # Known or not: the same hash. Not in the transaction, it takes as long as a hundred queries.
    user.set_password(password)
    _insert(user)


@command
def _insert(user: User) -> None:
    # Not get-or-create: the same statements for both, and two at once make one account.
    User.objects.bulk_create([user], ignore_conflicts=True)
    if User.objects.get_by_natural_key(user.email).pk == user.pk:
        token = verification_link(user, email=user.email)
        facts: dict[str, str | int | bool] = {"token": token, "hours": hours(VERIFICATION_LIFE)}
        write_mail("accounts/verify", to=user.email, facts=facts)
    else:
        no_link()
        write_mail("accounts/known", to=user.email, facts={})
