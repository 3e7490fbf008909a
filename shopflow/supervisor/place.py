"""Where PostgreSQL's files are, such that the account it runs under can reach them."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from shopflow.supervisor.account import Account, unprivileged
from shopflow.supervisor.binaries import postgres_folder
from shopflow.supervisor.children import answer
from shopflow.supervisor.trouble import Trouble


@dataclass(frozen=True)
class Place:
    """The programs and the data of one PostgreSQL server, and who runs it."""

    programs: Path
    data: Path
    account: Account | None
    is_apart: bool = False


def find_place(folder: Path) -> Place:
    """Return where the server of a state folder belongs. Raises Trouble.

    As root the server runs under another account. When a parent of the project is closed to that
    account (a clone in /root, say), programs and data go to a folder in /var/tmp instead, and a
    link in the state folder says where: opening other people's folders is not ours to do.
    """
    programs, data = postgres_folder(), folder / "pg18"
    account = unprivileged(data)
    if account is None or _reaches(account, programs, folder):
        return Place(programs, data, account)
    if data.is_dir() and not data.is_symlink():
        raise Trouble(
            f"The account “{account.name}”, which runs PostgreSQL, may no longer enter {folder}.\n"
            "Open the folders above it (chmod o+x), or run the shop as an ordinary user."
        )
    home = data.readlink().parent if data.is_dir() else _new_home(account, data)
    return Place(_copied(programs, home), home / "pg18", account, is_apart=True)


def forget(folder: Path) -> None:
    """Remove the data in /var/tmp of a state folder that has them there."""
    link = folder / "pg18"
    if link.is_symlink():
        shutil.rmtree(link.readlink().parent, ignore_errors=True)
        link.unlink()


def _reaches(account: Account, programs: Path, folder: Path) -> bool:
    try:
        entered = answer(
            [
                "/bin/sh",
                "-c",
                'cd "$1" && exec "$2" --version',
                "sh",
                folder,
                programs / "bin" / "postgres",
            ],
            account=account,
        )
    except OSError as error:
        raise Trouble(
            f"PostgreSQL refuses to run as root, and switching to “{account.name}” failed: "
            f"{error}.\nRun the shop as an ordinary user, or give DATABASE_URL of a server that "
            "runs elsewhere."
        ) from error
    return entered is not None


def _copied(programs: Path, home: Path) -> Path:
    if "POSTGRES_BIN" in os.environ:
        return programs  # the machine's own: everybody may run it
    package = programs.parent
    copy = home / "programs"
    if not copy.exists():
        half = home / "programs.half"
        shutil.rmtree(half, ignore_errors=True)
        # The libraries are looked for beside the package, where the wheel has put them.
        for folder in package.parent.glob(f"{package.name}*"):
            target = half / folder.name
            shutil.copytree(folder, target, symlinks=True, copy_function=_link_or_copy)
        half.rename(copy)
    return copy / package.name / programs.name


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def _new_home(account: Account, link: Path) -> Path:
    home = Path(tempfile.mkdtemp(prefix="shopflow-", dir="/var/tmp"))
    account.owns(home)
    link.unlink(missing_ok=True)
    link.symlink_to(home / "pg18")
    return home
