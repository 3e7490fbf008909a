from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models.users import User
from shopflow.lib.rows import Row


class ApiKey(Row):
    """What another program shows to act for somebody, within its scopes; kept as SHA-256.

    `prefix` is the key's readable beginning, by which staff find a leaked one.
    """

    user = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20)
    key_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=50))
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_keys"
        db_table_comment = "Keys by which other programs act for somebody"
        constraints = (
            models.UniqueConstraint(fields=["key_hash"], name="api_keys_key_unique"),
            models.UniqueConstraint(fields=["prefix"], name="api_keys_prefix_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="api_keys_name_not_empty"),
            models.CheckConstraint(condition=~Q(scopes=[]), name="api_keys_has_scope"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
                name="api_keys_expires_after_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
