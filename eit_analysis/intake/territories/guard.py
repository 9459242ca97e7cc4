"""A stranger's archive, unpacked under limits far above any exchange file: texts by name, or a refusal.

Nothing is written anywhere, no address is followed, no archive within the archive is opened.
"""

from __future__ import annotations

import re
from typing import Any

from eit_analysis.intake.reading import archive
from eit_analysis.intake.reading.limits import UnreadableError
from eit_analysis.reference import sentence

FILE_BYTES = 1 << 20
MEMBERS = 40
MEMBER_BYTES = 2 << 20
UNPACKED_BYTES = 4 << 20
LINES = 20_000  # of a table
CELL = 10_000  # characters
PLAIN = re.compile(r"[A-Za-z0-9][\w-]*\.(csv|json|md|txt)")


class RefusedError(Exception):
    """Why a file is not read: a French sentence without its full stop, what is wrong and what to do."""

    def __init__(self, name: str, **fields: Any) -> None:
        super().__init__(sentence(name, **fields))


def unpacked(data: bytes) -> dict[str, bytes]:
    """The members of an archive, by name.

    Raises
    ------
    RefusedError
        When it is no ZIP or a damaged one, holds too much, or a name that is more than a plain file's.
    """
    if len(data) > FILE_BYTES:
        raise RefusedError("exchange_large", size=FILE_BYTES >> 20)
    try:
        found = archive.members(data)
        if len(found) > MEMBERS:
            raise RefusedError("exchange_members", members=MEMBERS)
        names = [member.filename for member in found]
        strange = next((name for name in names if not PLAIN.fullmatch(name)), None)
        if strange is not None or len(set(names)) < len(names):
            raise RefusedError("exchange_strange")
        sizes = [member.file_size for member in found]
        if max(sizes, default=0) > MEMBER_BYTES or sum(sizes) > UNPACKED_BYTES:
            raise RefusedError("exchange_unpacked", size=UNPACKED_BYTES >> 20)
        return {name: bytes(content) for name, content in archive.unpack(data, found).items()}
    except UnreadableError:
        raise RefusedError("exchange_damaged") from None


def text_of(content: bytes) -> tuple[str, bool]:
    """A file as text, and whether it had to be read as Windows-1252: it was not UTF-8."""
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), True
