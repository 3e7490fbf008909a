"""Texts that a spreadsheet would run as a formula: made plain in what we write, undone on reading.

https://owasp.org/www-community/attacks/CSV_Injection
"""

import re

# Full-width signs too: some programs take them for the plain ones. A text that has apostrophes in
# front of such a sign gets one more, so that reading takes off just the one we put there.
DANGEROUS = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r\n])")


def neutralised(text: str) -> str:
    """Return the text with an apostrophe in front if a program might run it."""
    return f"'{text}" if DANGEROUS.match(text) else text


def restored(text: str) -> str:
    """Return what `neutralised` was given."""
    return text[1:] if text.startswith("'") and DANGEROUS.match(text, 1) else text
