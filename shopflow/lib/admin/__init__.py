"""What the pages of the staff site have in common: look freely, act through commands."""

from shopflow.lib.admin.acting import Act, ActingAdmin
from shopflow.lib.admin.audit import AuditLogAdmin
from shopflow.lib.admin.paging import BoundedPaginator
from shopflow.lib.admin.saving import CommandAdmin, CommandForm, ReadOnlyAdmin

__all__ = [
    "Act",
    "ActingAdmin",
    "AuditLogAdmin",
    "BoundedPaginator",
    "CommandAdmin",
    "CommandForm",
    "ReadOnlyAdmin",
]
