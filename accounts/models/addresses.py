from django.db import models
from django.db.models import Q

from accounts.models.users import User
from shopflow.lib.rows import Row, one_of


class UserAddressType(models.TextChoices):
    SHIPPING = "shipping"
    BILLING = "billing"
    RETURN = "return"


class UserAddress(Row):
    """An entry of somebody's address book; orders copy it and never point at it."""

    Type = UserAddressType

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    address_type = models.CharField(
        max_length=10,
        choices=Type.choices,
        default=Type.SHIPPING,
        db_default=Type.SHIPPING,
    )
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    company = models.CharField(max_length=100, blank=True, db_default="")
    address_line_1 = models.CharField(max_length=255)
    address_line_2 = models.CharField(max_length=255, blank=True, db_default="")
    city = models.CharField(max_length=100)
    # Ireland, Hong Kong and others have none.
    state = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 - NULL: has none
    postal_code = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001 - as above
    country_code = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    phone = models.CharField(max_length=20, blank=True, db_default="")
    is_default = models.BooleanField(default=False, db_default=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        db_table = "user_addresses"
        db_table_comment = "Address books"
        verbose_name_plural = "user addresses"
        ordering = ("id",)
        constraints = (
            one_of("address_type", UserAddressType, table="user_addresses"),
            models.UniqueConstraint(
                fields=["user", "address_type"],
                condition=Q(is_default=True, deleted_at=None),
                name="user_addresses_one_default",
            ),
            models.CheckConstraint(
                condition=Q(country_code__regex=r"^[A-Z]{2}$"),
                name="user_addresses_country_code_valid",
            ),
            models.CheckConstraint(
                condition=~Q(address_line_1="") & ~Q(city=""),
                name="user_addresses_place_not_empty",
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}, {self.city}"
