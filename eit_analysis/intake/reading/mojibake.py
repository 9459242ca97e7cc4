"""Text read in the wrong encoding by an earlier hand: put right when that is exact, else pointed out.

``é`` in UTF-8 is two bytes; read as cp1252 they are ``Ã©``. The way back is exact when every character of the
text has a cp1252 byte and these bytes are valid UTF-8: French text that was never broken does not pass, since
a lone ``é`` is no valid UTF-8.
"""

from __future__ import annotations

import re

# The 27 characters of cp1252 outside Latin-1, to the control character of the same byte (the five bytes
# without a character keep their own value, as in the WHATWG encoding standard).
TO_BYTE = {
    ord(bytes([n]).decode("cp1252")): n for n in range(0x80, 0xA0) if n not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
SECOND = "".join(map(chr, [*range(0x80, 0xC0), *TO_BYTE]))
# First bytes of the letters and signs of Western languages: Â Ã Ä Å, â (dashes, €), ï (byte order mark).
PAIR = re.compile(f"[ÂÃÄÅâï][{re.escape(SECOND)}]")
BROKEN = re.compile(f"{PAIR.pattern}|Ã |\ufffd")
DEPTH = 3


def repair(text: str) -> str:
    """Text with each layer of wrong encoding undone exactly; unchanged where there is none.

    >>> repair("DÃ©chets")
    'Déchets'
    >>> repair("Déchets Ã trier")
    'Déchets Ã trier'
    """
    for _ in range(DEPTH):
        if not PAIR.search(text):
            break
        try:
            text = text.translate(TO_BYTE).encode("latin-1").decode("utf-8").removeprefix("\ufeff")
        except UnicodeError:
            break
    return text


def is_suspect(text: str) -> bool:
    """Whether a text shows the marks of a wrong encoding, among them U+FFFD for a lost character."""
    return not text.isascii() and bool(BROKEN.search(text))
