"""A shop owner's own look: a folder whose templates and static files are found before ours."""

from pathlib import Path


def folder(text: str) -> Path:
    """Return the folder a setting names; raises ValueError when it can't be a theme."""
    found = Path(text).expanduser().resolve()
    if not found.is_dir():
        raise ValueError(f"there is no folder {found}")
    if not any((found / part).is_dir() for part in ("templates", "static")):
        raise ValueError(f"neither templates nor static stands in {found}")
    return found


def folders(*, theme: Path | None, ours: Path, part: str) -> list[Path]:
    """Return where templates or static files (`part`) are looked for, the first first."""
    own = [theme / part] if theme and (theme / part).is_dir() else []
    return [*own, ours / part]
