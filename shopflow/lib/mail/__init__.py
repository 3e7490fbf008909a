"""Mail: written in the transaction it belongs to, sent by a worker, once each."""

from shopflow.lib.mail.writing import PURPOSE, TOPIC, write_mail

__all__ = ["PURPOSE", "TOPIC", "write_mail"]
