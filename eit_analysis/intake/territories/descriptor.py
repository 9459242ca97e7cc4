"""An exchange file as what a stranger wrote: unpacked under limits, then what it says that it holds.

Limits are far above any exchange file. Nothing is written anywhere, no archive within the archive is opened.
Of the descriptor (the version of its format, its tables with their units) only names of files within the
archive are taken: an address, or a path to elsewhere, is a reason to refuse it.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from eit_analysis.intake.reading import archive
from eit_analysis.intake.reading.limits import UnreadableError
from eit_analysis.reference import exchange, sentence

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


NAME = "datapackage.json"
DEPTH = 12
BYTES = 200_000
NEEDED = ("territory",)


@dataclass(frozen=True)
class Resource:
    """One table: its name in the format of today, its member, its columns as stated, and their units."""

    table: str
    path: str
    columns: list[str]
    units: dict[str, str]


def read_descriptor(members: dict[str, bytes]) -> tuple[int, list[Resource]]:
    """The version of the format and the tables of a file.

    Raises
    ------
    RefusedError
        When there is no descriptor, or it is damaged, newer than this program, or speaks of other files.
    """
    content = _parsed(members.get(NAME))
    version = content.get(exchange.PROFILE)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise RefusedError("exchange_no_format")
    if version > exchange.FORMAT:
        raise RefusedError("exchange_newer", version=min(version, 999), known=exchange.FORMAT)
    given = content.get("resources")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise RefusedError("exchange_descriptor")
    resources = [_resource(one, version, members) for one in given]
    known = [resource for resource in resources if resource.table in exchange.tables()]
    names = [resource.table for resource in known]
    if len(set(names)) < len(names) or not set(NEEDED) <= set(names):
        raise RefusedError("exchange_tables", needed=", ".join(NEEDED))
    return version, known


def _parsed(data: bytes | None) -> dict[str, Any]:
    if data is None:
        raise RefusedError("exchange_no_descriptor", member=NAME)
    text, _ = text_of(data)
    content = None
    if len(data) <= BYTES and _depth(text) <= DEPTH:
        with suppress(ValueError, RecursionError):
            content = json.loads(text, parse_constant=_refuse)
    if not isinstance(content, dict):
        raise RefusedError("exchange_descriptor")
    return content


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _depth(text: str) -> int:
    """How many brackets are open at once; those within texts count too, which only refuses more."""
    depth = deepest = 0
    for sign in re.findall(r"[\[{}\]]", text):
        depth += 1 if sign in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _resource(given: dict[str, Any], version: int, members: dict[str, bytes]) -> Resource:
    name, path = given.get("name"), given.get("path")
    if not isinstance(name, str) or not isinstance(path, str) or not PLAIN.fullmatch(path):
        raise RefusedError("exchange_elsewhere")
    if path not in members:
        raise RefusedError("exchange_no_member", path=path)
    stated, true = str(given.get("hash")), f"sha256:{hashlib.sha256(members[path]).hexdigest()}"
    if stated.startswith("sha256:") and stated.casefold() != true:
        raise RefusedError("exchange_changed", path=path)
    schema = given.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else []
    stated_fields = [
        field
        for field in (fields if isinstance(fields, list) else [])
        if isinstance(field, dict) and isinstance(field.get("name"), str)
    ]
    units = {one["name"]: one["unit"] for one in stated_fields if isinstance(one.get("unit"), str)}
    table = exchange.TABLES_V1.get(name, name) if version == 1 else name
    return Resource(table, path, [one["name"] for one in stated_fields], units)
