"""Measure and print. Exit 1 when a figure is beyond its bound.

`make bench` starts the databases and the demo shop for it.
"""

import sys

import django

django.setup()

from bench import logins  # noqa: E402 - after Django
from bench.server import running_server  # noqa: E402


def main() -> int:
    """Return the exit code."""
    with running_server() as server:
        figures = [logins.known_against_unknown(server), logins.browsing_beside_logins(server)]
    for figure in figures:
        print(figure)
    return 0 if all(figure.is_fine for figure in figures) else 1


sys.exit(main())
