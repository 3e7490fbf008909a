"""The statements that make the shop's roles; nothing here needs Django."""

from pathlib import Path


def roles_sql(login: str) -> str:
    """Return what makes the roles and lets `login` act as each of them (but not as the backup)."""
    quoted = "'" + login.replace("'", "''") + "'"
    text = Path(__file__).with_name("roles.sql").read_text(encoding="utf-8")
    return text.replace("{login}", quoted)
