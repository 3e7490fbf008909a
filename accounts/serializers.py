"""What people see of their account, and what they send to come in and to change it."""

from typing import Any

from rest_framework import serializers

from accounts.models import User, UserAddress, UserSession
from shopflow.lib.api import Body

Output = serializers.Serializer
LONGEST_PASSWORD = 1000
LONGEST_TOKEN = 200


class Password(serializers.CharField):
    """Every character counts, a blank at the end too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_PASSWORD, trim_whitespace=False, **kwargs)


class RegistrationBody(Body):
    """Who wants an account."""

    email = serializers.EmailField(max_length=254)
    password = Password()
    first_name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    last_name = serializers.CharField(required=False, allow_blank=True, max_length=100)


class EmailBody(Body):
    """Whom the mail goes to."""

    email = serializers.EmailField(max_length=254)


class MailedTokenBody(Body):
    """The `token` of the link in the mail."""

    token = serializers.CharField(max_length=LONGEST_TOKEN)


class LoginBody(Body):
    """`device` is what the person's list of devices calls it.

    `code`, of the authenticator app or a recovery code, only from people with a second factor.
    """

    email = serializers.EmailField(max_length=254)
    password = Password()
    code = serializers.CharField(required=False, max_length=50)
    device = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="Else the User-Agent header"
    )


class RefreshBody(Body):
    """The refresh token that the last answer gave."""

    refresh = serializers.CharField(max_length=LONGEST_TOKEN)


class ResetBody(Body):
    """The `token` of the link in the mail, and the password from now on."""

    token = serializers.CharField(max_length=LONGEST_TOKEN)
    password = Password()


class ProfileBody(Body):
    """What to change; the rest stays. A phone with its country, as in `+1 212 555 0100`."""

    first_name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    last_name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=30)


class PasswordChangeBody(Body):
    """The password now, and from now on."""

    old_password = Password()
    new_password = Password()


class EmailChangeBody(Body):
    """The new address, and the password, which proves who asks."""

    email = serializers.EmailField(max_length=254)
    password = Password()


class AddressChangesBody(Body):
    """What to change; the rest stays. What an address needs depends on its country."""

    address_type = serializers.ChoiceField(UserAddress.Type.choices, required=False)
    first_name = serializers.CharField(required=False, max_length=100)
    last_name = serializers.CharField(required=False, max_length=100)
    company = serializers.CharField(required=False, allow_blank=True, max_length=100)
    address_line_1 = serializers.CharField(required=False, max_length=255)
    address_line_2 = serializers.CharField(required=False, allow_blank=True, max_length=255)
    city = serializers.CharField(required=False, allow_blank=True, max_length=100)
    state = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="Its code or its name"
    )
    postal_code = serializers.CharField(required=False, allow_blank=True, max_length=20)
    country_code = serializers.RegexField(
        "^[A-Z]{2}$", required=False, help_text="ISO 3166, as in `US`"
    )
    phone = serializers.CharField(
        required=False, allow_blank=True, max_length=40, help_text="Kept as E.164"
    )
    is_default = serializers.BooleanField(
        required=False, help_text="The first choice of its type; the first of a type always is"
    )


class NewAddressBody(AddressChangesBody):
    """An address for the book."""

    first_name = serializers.CharField(max_length=100)
    last_name = serializers.CharField(max_length=100)
    address_line_1 = serializers.CharField(max_length=255)
    country_code = serializers.RegexField("^[A-Z]{2}$", help_text="ISO 3166, as in `US`")


class SentSerializer(Output[Any]):
    """The same whether we know the address or not."""

    detail = serializers.CharField()


class TokensSerializer(Output[Any]):
    """`access` works for `expires_in` seconds, `refresh` once: the answer to it has the next."""

    access = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    refresh = serializers.CharField()
    refresh_expires_at = serializers.DateTimeField()


class SignedInDeviceSerializer(serializers.ModelSerializer[UserSession]):
    """A device that is signed in. `ip` is from where it was last seen."""

    id = serializers.UUIDField(source="family")
    last_seen_at = serializers.DateTimeField(source="created_at")
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = UserSession
        fields = ("id", "device", "ip", "signed_in_at", "last_seen_at", "is_current")
        read_only_fields = fields

    def get_is_current(self, row: UserSession) -> bool:
        return bool(row.family == self.context["family"])


class MeSerializer(serializers.ModelSerializer[User]):
    """A person, as they see themselves."""

    class Meta:
        model = User
        fields = ("id", "email", "email_verified", "first_name", "last_name", "phone", "created_at")
        read_only_fields = fields


class AddressSerializer(serializers.ModelSerializer[UserAddress]):
    """An entry of one's address book. `state` is the country's code for it where it has one."""

    class Meta:
        model = UserAddress
        fields = (
            "id",
            "address_type",
            "first_name",
            "last_name",
            "company",
            "address_line_1",
            "address_line_2",
            "city",
            "state",
            "postal_code",
            "country_code",
            "phone",
            "is_default",
            "created_at",
        )
        read_only_fields = fields
