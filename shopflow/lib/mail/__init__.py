"""Mail: written in the transaction it belongs to, sent by a worker."""

from shopflow.lib.mail.sending import MOST_TRIES, send_due, try_again, unsent
from shopflow.lib.mail.writing import PURPOSE, TOPIC, mail_written, write_mail

__all__ = [
    "MOST_TRIES",
    "PURPOSE",
    "TOPIC",
    "mail_written",
    "send_due",
    "try_again",
    "unsent",
    "write_mail",
]
