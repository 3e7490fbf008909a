"""People, as staff see them: accounts change through their own pages and commands."""

from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.models import User
from shopflow.lib.admin import ReadOnlyAdmin

# Django's own page writes groups past every command.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(ReadOnlyAdmin[User]):
    shows_personal_data = True
    list_display = ("email", "first_name", "last_name", "role", "is_active", "created_at")
    list_filter = ("role", "is_active")
    search_fields = ("email__startswith", "last_name__istartswith")
    search_help_text = "Beginning of an e-mail or of a last name"
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        "email",
        "first_name",
        "last_name",
        "phone",
        "role",
        "is_active",
        "email_verified",
        "last_login",
        "created_at",
        "deleted_at",
    )
