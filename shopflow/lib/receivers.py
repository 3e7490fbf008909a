"""What the library does about the news it hears: ring for a worker."""

from typing import Any

from django.dispatch import receiver

from shopflow.lib import tasks
from shopflow.lib.mail import mail_written
from shopflow.lib.queue import enqueue


@receiver(mail_written, dispatch_uid="send mails")
def send(**_: Any) -> None:
    enqueue(tasks.send_mails)
