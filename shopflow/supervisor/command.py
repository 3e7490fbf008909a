"""A command that owns the terminal while the servers run beside it."""

import signal
import sys
from collections.abc import Mapping, Sequence

from shopflow.supervisor.attention import Attention
from shopflow.supervisor.children import foreground
from shopflow.supervisor.trouble import Trouble


def run_command(argv: Sequence[str], *, env: Mapping[str, str], attention: Attention) -> int:
    """Run a command and return its exit code as a shell would. Raises Trouble.

    Signals meant to stop us go to the command; what to do about them is its choice.
    """
    try:
        process = foreground(argv, env=env)
    except OSError as error:
        raise Trouble(f"{argv[0]} can't be started: {error.strerror}.") from error

    def pass_on(number: int) -> None:
        # Ctrl-C at a terminal reaches the command without our help; twice would be rude.
        if number != signal.SIGINT or not sys.stdin.isatty():
            process.send_signal(number)

    with attention.passing_on(pass_on):
        while process.poll() is None:
            attention.pause(1)
    # 128 and the number of the signal that ended it.
    return process.returncode if process.returncode >= 0 else 128 - process.returncode
