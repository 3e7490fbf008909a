"""What somebody may do by their role."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from shopflow.access.groups import ROLES


class RolePermissions(BaseBackend):
    """Grants what `groups.ROLES` says. An owner may do everything as Django's superuser."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or obj is not None:
            return set()
        return set(ROLES.get(user_obj.role, ()))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether there is anything of an app that the role lets them see."""
        granted = self.get_user_permissions(user_obj)
        return any(name.partition(".")[0] == app_label for name in granted)
