"""`python -m payments.sandbox`: run the provider until SIGTERM or Ctrl-C."""

import errno
import logging
import os
import signal
import sqlite3
import sys
import threading
from dataclasses import replace
from types import FrameType

from payments.sandbox.config import ConfigError, load
from payments.sandbox.provider import Provider
from payments.sandbox.server import Server


def main() -> int:
    """Return the exit code: 0 after a clean stop, 1 when it can't start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s sandbox %(message)s")
    try:
        config = load(os.environ)
        server = _listen(config.port)
        # Port 0 means "any free one"; only now do we know which.
        url = config.url or f"http://127.0.0.1:{server.server_port}"
        server.provider = Provider(replace(config, port=server.server_port, url=url))
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (OSError, sqlite3.Error) as error:
        sys.stderr.write(f"The sandbox payment provider can't start: {error}\n")
        return 1
    _serve(server)
    return 0


def _listen(port: int) -> Server:
    try:
        return Server(port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"The sandbox payment provider can't start: port {port} is in use."
                " Choose another with SANDBOX_PORT."
            ) from error
        raise


def _serve(server: Server) -> None:
    provider, config = server.provider, server.provider.config

    def stop(_signal: int, _frame: FrameType | None) -> None:
        provider.stopping.set()
        # shutdown() waits for the loop that this very thread runs, so another one calls it.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    provider.courier.start()
    sys.stdout.write(f"Sandbox payment provider on {config.url}, port {config.port}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    provider.courier.stop()


if __name__ == "__main__":
    sys.exit(main())
