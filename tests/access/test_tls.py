"""What DATABASE_URL says about TLS binds the shop's connections."""

import os
import socket
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.flows.celery_process import ROOT
from tests.ledger import ledger

# https://www.postgresql.org/docs/18/protocol-message-formats.html: SSLRequest
ASKS_FOR_TLS = struct.pack("!ii", 8, 80877103)
CONNECT = "import django; django.setup(); django.db.connection.ensure_connection()"


def heard_without_tls(listener: socket.socket) -> bytes:
    """Tell one client that no TLS is spoken here; return all that it said."""
    client, _ = listener.accept()
    with client:
        heard = client.recv(len(ASKS_FOR_TLS))
        client.sendall(b"N")
        return heard + client.recv(1000)


@ledger("S2-161", "S3-24")
def test_is_demanded_before_a_password_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as threads:
        heard = threads.submit(heard_without_tls, listener)
        address = f"shop:zqsecret@127.0.0.1:{listener.getsockname()[1]}/shop"

        done = subprocess.run(
            [sys.executable, "-c", CONNECT],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": f"postgresql://{address}?sslmode=verify-full&gssencmode=disable",
                "DJANGO_SETTINGS_MODULE": "shopflow.settings",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

        assert "server does not support SSL, but SSL was required" in done.stderr
        assert "zqsecret" not in done.stderr
        assert heard.result(5) == ASKS_FOR_TLS
