"""Mail servers that do what a test asks of them."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from smtplib import SMTPRecipientsRefused

from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend as InMemory

AWAY = "tests.lib.mail_servers.Away"
PICKY = "tests.lib.mail_servers.Picky"
DELIVERS_AND_DIES = "tests.lib.mail_servers.DeliversAndDies"


class Away(InMemory):
    """Answers nobody."""

    def open(self) -> bool:
        raise ConnectionRefusedError(111, "Connection refused by mail.example")


class Picky(InMemory):
    """Takes no mail for bob, and says so with his address."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            if message.to == ["bob@example.com"]:
                raise SMTPRecipientsRefused({"bob@example.com": (550, b"no bob@example.com here")})
        return super().send_messages(messages)


class DeliversAndDies(InMemory):
    """The mail is out, and the worker is killed before it can write that down."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        super().send_messages(messages)
        raise SystemExit


@dataclass
class Smtp:
    """A server on this machine that speaks as much SMTP (RFC 5321) as sending a mail takes."""

    port: int
    refuses: str = ""
    # Takes a mail and never says so.
    is_mute: bool = False
    mails: list[bytes] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def talk(self, line: socket.socket) -> None:
        """Serve one connection."""
        with line, line.makefile("rb") as lines:
            line.sendall(b"220 test\r\n")
            for raw in lines:
                said = raw.decode().strip()
                self.heard.append(said)
                verb = said.partition(" ")[0].upper()
                if verb == "DATA":
                    line.sendall(b"354 go on\r\n")
                    self.mails.append(b"".join(iter(lines.readline, b".\r\n")))
                    if self.is_mute:
                        continue
                refused = verb == "RCPT" and self.refuses and self.refuses in said
                line.sendall(b"550 nobody here\r\n" if refused else b"250 ok\r\n")
                if verb == "QUIT":
                    return


@contextmanager
def running_smtp(*, refuses: str = "", is_mute: bool = False) -> Iterator[Smtp]:
    """Listen on a free port until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Smtp(port=listening.getsockname()[1], refuses=refuses, is_mute=is_mute)

        def serve() -> None:
            with suppress(OSError):  # the end of the block
                while True:
                    server.talk(listening.accept()[0])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)
