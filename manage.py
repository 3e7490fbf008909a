#!/usr/bin/env python
"""The command line of the project; `manage.py up` runs the whole shop on this machine."""

import os
import sys

from shopflow.supervisor import cli, environment

if __name__ == "__main__":
    if sys.argv[1:2] == ["up"]:
        # Before Django: it can't load without the servers that this starts.
        sys.exit(cli.main(sys.argv[2:]))

    # Beside a running `make run`, every command finds that shop's database and keys.
    environment.adopt(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopflow.settings")

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
