"""Zipped workbooks, unpacked under limits: calamine is then given only the parts that were looked at.

Nothing in the archive is believed. Sizes are checked first as declared (at no cost), then as unpacked, chunk
by chunk, stopping at the declared size; a part that holds more or less is refused. Parts that hold no cell
(pictures, macros, themes) are never unpacked. The parts read are packed again, stored, so that no
second reader of the archive can see something else in it.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

from eit_analysis.intake.reading import limits
from eit_analysis.intake.reading.limits import UnreadableError

NO_CELL = re.compile(
    r"docProps/|customXml/|Configurations2?/|Thumbnails/|Pictures/|Object |ObjectReplacements/"
    r"|xl/(?:media|drawings|charts|chartsheets|theme|threadedComments|persons|pivot|printerSettings"
    r"|ctrlProps|activeX|embeddings|externalLinks|queryTables|diagrams|slicers?|timelines?|revisions)",
    re.IGNORECASE,
)
PART = re.compile(r".*\.(?:xml|rels)$|mimetype$", re.IGNORECASE)
CHUNK = 1 << 20

Parts = dict[str, bytearray]


def members(data: bytes) -> list[zipfile.ZipInfo]:
    """Directory of the archive; refuses one that is damaged, encrypted or absurdly long."""
    if data.count(b"PK\x01\x02") > limits.MEMBERS:
        raise UnreadableError("archive_members", members=limits.MEMBERS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise UnreadableError("archive_damaged") from None
    if any(member.flag_bits & 1 for member in found):
        raise UnreadableError("book_password")
    return found


def with_cells(found: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Members that may hold cells, or how to read them.

    Refuses those that declare to be too large, unpacked, or shrunk as only a bomb is.
    """
    wanted = [m for m in found if PART.match(m.filename) and not NO_CELL.match(m.filename)]
    total = sum(m.file_size for m in wanted)
    shrunk = any(m.file_size > max(limits.PACKED_ONCE, limits.RATIO * m.compress_size) for m in wanted)
    if shrunk or total > limits.UNPACKED_BYTES:
        raise UnreadableError("archive_unpacked", size=total >> 20)
    return wanted


def unpack(data: bytes, wanted: list[zipfile.ZipInfo]) -> Parts:
    """Content of these members, by name.

    Refuses one that lies about its size, is damaged, or holds a document type (entities).
    """
    return {member.filename: _part(data, member) for member in wanted}


def _part(data: bytes, member: zipfile.ZipInfo) -> bytearray:
    start = member.header_offset
    header = data[start : start + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04" or member.compress_type not in (0, 8):
        raise UnreadableError("archive_damaged")
    start += 30 + sum(struct.unpack("<HH", header[26:30]))
    packed = data[start : start + member.compress_size]
    content = bytearray(packed) if member.compress_type == 0 else _inflate(packed, member.file_size)
    if len(content) != member.file_size:
        raise UnreadableError("archive_damaged")
    # A document type declares entities; a zero byte is legal in no XML, and would hide one in UTF-16.
    if b"<!DOCTYPE" in content or b"\0" in content:
        raise UnreadableError("book_entities")
    return content


def _inflate(packed: bytes, size: int) -> bytearray:
    """At most one chunk more than ``size`` bytes."""
    inflater = zlib.decompressobj(-15)
    content = bytearray()
    try:
        while not inflater.eof and len(content) <= size:
            piece = inflater.decompress(packed, min(CHUNK, size + 1))
            if not piece and not inflater.unconsumed_tail:
                break
            content += piece
            packed = inflater.unconsumed_tail
    except zlib.error:
        raise UnreadableError("archive_damaged") from None
    return content


def pack(parts: Parts) -> bytes:
    """The parts as an archive without compression."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()
