"""The shop's settings with a few more addresses."""

from shopflow.settings import *  # noqa: F403 - everything as it is

ROOT_URLCONF = "tests.access.planted.urls"
