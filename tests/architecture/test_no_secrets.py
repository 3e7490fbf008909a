"""No key that opens something is kept with the code."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# Put together here, so that this file doesn't hold what it looks for.
SHAPES = re.compile(
    "|".join(
        (
            "-----BEGIN [A-Z ]*" + "PRIVATE KEY-----",
            r"\bAKIA" + r"[0-9A-Z]{16}\b",  # Amazon
            r"\bgh[pousr]_" + r"[A-Za-z0-9]{36}",  # GitHub
            r"\bxox[abpr]-" + r"[A-Za-z0-9-]{20,}",  # Slack
            r"\b[rs]k_live_" + r"[A-Za-z0-9]{16,}",  # Stripe
            r"\bAIza" + r"[A-Za-z0-9_-]{35}\b",  # Google
            r"\b(?:SECRET_KEY|SANDBOX_API_KEY|SANDBOX_WEBHOOK_SECRET)=" + r"[A-Za-z0-9_-]{20,}",
        )
    )
)


def found(name: str, text: str) -> list[str]:
    """Name each line with something that looks like a key."""
    return [
        f"{name}:{number}"
        for number, line in enumerate(text.splitlines(), 1)
        if SHAPES.search(line)
    ]


def test_stand_in_a_file_of_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name]

    faults = [
        fault
        for file in files
        if file.is_file()
        for fault in found(str(file.relative_to(ROOT)), file.read_text(errors="ignore"))
    ]

    assert len(files) > 500
    assert faults == []


def test_the_file_with_a_developer_s_keys_is_no_part_of_it() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", ".run/env", ".env"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert ignored.stdout.split() == [".run/env", ".env"]


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN EC " + "PRIVATE KEY-----",
        "key = 'AKIA" + "IOSFODNN7EXAMPLE'",
        "token: ghp_" + "a" * 36,
        "SECRET_KEY=" + "9" * 40,
    ],
)
def test_would_be_seen(line: str) -> None:
    assert found("a.py", f"first\n{line}\n") == ["a.py:2"]
