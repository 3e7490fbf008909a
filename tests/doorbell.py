"""What lies in the queue for a worker."""

import json

import redis


def rung(queue: "redis.Redis") -> list[tuple[str, str]]:
    """The tasks that were rung for, oldest first, each with its arguments as Python writes them."""
    messages = [json.loads(message)["headers"] for message in queue.lrange("celery", 0, -1)]
    return [(headers["task"], headers["argsrepr"]) for headers in reversed(messages)]
