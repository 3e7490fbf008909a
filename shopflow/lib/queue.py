"""The doorbell: hand a task to the worker, or leave it to the sweep that would find it anyway."""

import logging
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def enqueue(task: "Task[Any, Any]", *args: Any) -> None:
    """Ring for a worker. Without Redis only a warning is logged: a sweep does the work later."""
    try:
        task.delay(*args)
    except OperationalError:
        log.warning("no queue for %s; the sweep will find it", task.name)
