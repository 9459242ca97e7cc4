"""Random edits of the bytes of a survey file, of the parts inside a workbook, of the lines of a text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from random import Random

from benchmarks import fuzz_files as files

ATTRIBUTES = (b"", b"-1", b"0", b"1", b"7", b"99999999999999999999", b"1048576", b"A1", b"B3", b"XFD1048576",
              b"AAAA1", b"A0", b"true", b"s", b"str", b"e", b"n", b"d", b"b", b"inlineStr", b"&#0;", b"&x;",
              b"\xff", b"\xc3\xa9", b"rId1", b"rId9", b"float", b"date", b"string", b"1e999")  # fmt: skip
HIDING = (b' hidden="1"', b' state="hidden"', b' date1904="1"', b' table:visibility="collapse"')
SPOILING = (b'"', b'""', b"'", b"\0", b"\r", b"\r\n", b"\xff", b"\xe9", b"\x81", b"\x1a",
            b"\xef\xbb\xbf", b"\x0c",
            b"\xe2\x80\xa8", b"#", b" ")  # fmt: skip


def edit_bytes(random: Random, data: bytes) -> bytes:
    content = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5, 30))):
        at, size = random.randrange(len(content) + 1), random.choice((1, 2, 16, 400))
        what = random.randrange(6)
        if what == 0 and at < len(content):
            content[at] ^= 1 << random.randrange(8)
        elif what == 1:
            del content[at : at + size]
        elif what == 2:
            content[at:at] = random.randbytes(size)
        elif what == 3:
            content[at:at] = content[at : at + size]
        elif what == 4:
            content[at : at + size] = bytes(len(content[at : at + size]))
        elif random.random() < 0.2:
            del content[at:]
    return bytes(content)


def edit_zip(random: Random, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(random.choice((1, 1, 2, 6))):
        likely = [
            n for n in parts if "sheet" in n.lower() or "content" in n or "workbook" in n or "Strings" in n
        ]
        name = random.choice(likely or list(parts) or [""])
        if not name:
            break
        what = random.randrange(10)
        if what == 0:
            del parts[name]
        elif what == 1:
            other = random.choice(list(parts))
            parts[name], parts[other] = parts[other], parts[name]
        elif what == 2:
            parts[random.choice((name.upper(), f"/{name}", f"../{name}", "xl/é.xml", name + ".bak"))] = (
                parts.pop(name)
            )
        else:
            parts[name] = random.choice(XML)(random, parts[name])
    return files.zipped(parts)


def _replaced(random: Random, xml: bytes, pattern: bytes, new: Callable[[re.Match[bytes]], bytes]) -> bytes:
    found = list(re.finditer(pattern, xml))
    if not found:
        return xml
    match = random.choice(found)
    return xml[: match.start()] + new(match) + xml[match.end() :]


def edit_attribute(random: Random, xml: bytes) -> bytes:
    return _replaced(random, xml, rb'([\w:]+)="[^"]*"', lambda m: m[1] + b'="%s"' % random.choice(ATTRIBUTES))


def edit_value(random: Random, xml: bytes) -> bytes:
    return _replaced(random, xml, rb"(?<=>)[^<>]+(?=<)", lambda m: random.choice(ATTRIBUTES))


def edit_tag(random: Random, xml: bytes) -> bytes:
    return _replaced(
        random, xml, rb"<[^>]*>", lambda m: random.choice((b"", m[0] * 2, b"<x/>" + m[0], m[0][:-1]))
    )


def edit_reference(random: Random, xml: bytes) -> bytes:
    """A cell or a row elsewhere, or without its place."""
    new = b'r="%s%d"' % (random.choice((b"A", b"C", b"Z", b"")), random.randrange(40))
    return _replaced(random, xml, rb'(?<=\s)r="[^"]*"', lambda m: random.choice((new, new, b"")))


def edit_name_of_sheet(random: Random, xml: bytes) -> bytes:
    """Two sheets of one name, or one of another."""
    names = re.findall(rb'(?<=\sname=")[^"]*', xml) or [b""]
    new = random.choice((*names, b"Flux", b"Relance", b"Flux ", b"&#233;t&#233;", b"x" * 300))
    return _replaced(random, xml, rb'(?<=\sname=")[^"]*', lambda m: new)


def edit_visibility(random: Random, xml: bytes) -> bytes:
    """A row, a column or a sheet that is not shown, a calendar that starts in 1904."""
    pattern = rb"<(row|col|sheet|workbookPr|table:table-row|table:table-column)\b"
    return _replaced(random, xml, pattern, lambda m: m[0] + random.choice(HIDING))


def edit_merged(random: Random, xml: bytes) -> bytes:
    """Merged cells, also where there are none, and some that cross or are endless."""
    place = random.choice(
        (b"A2:A3", b"B2:D2", b"A1:A30", b"A2:C4", b"C3:B2", b"A1:XFD1048576", b"Z9:Z9", b"")
    )
    xml = re.sub(
        rb"<table:table-cell(?=\s)", b'<table:table-cell table:number-rows-spanned="3"', xml, count=1
    )
    return xml.replace(
        b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="%s"/></mergeCells>' % place
    )


def edit_element(random: Random, xml: bytes) -> bytes:
    """A whole row or cell lost, or twice."""
    pattern = rb"<(row|c|table:table-row|table:table-cell|si|sheet)\b(?:[^>]*/>|.*?</\1>)"
    return _replaced(random, xml, pattern, lambda m: random.choice((b"", m[0] * 2, m[0] * 40)))


def edit_end(random: Random, xml: bytes) -> bytes:
    return (
        xml[: random.randrange(len(xml) + 1)]
        if random.random() < 0.3
        else xml + random.choice((b" ", b"<x>", b"\0"))
    )


XML = (edit_attribute, edit_attribute, edit_value, edit_value, edit_tag, edit_reference, edit_reference,
       edit_element, edit_element, edit_end, edit_name_of_sheet, edit_visibility, edit_visibility,
       edit_merged)  # fmt: skip


def edit_text(random: Random, data: bytes, separator: str) -> bytes:
    """What makes a CSV hard: separators, quotes, ends of lines, encodings that change on the way."""
    lines = data.split(b"\n")
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(len(lines))
        line = lines[at]
        put, spoilt = random.randrange(len(line) + 1), random.choice(SPOILING)
        lines[at] = random.choice((
            line.replace(separator.encode(), random.choice((b",", b"\t", b"|", b";;", b" "))),
            line[:put] + spoilt + line[put:], spoilt + line, line + spoilt, b'"' + line, line * 3, b"",
            line + separator.encode() * random.choice((1, 30)), b"sep=" + random.choice((b";", b",",
            b"x", b"\xe9")),
        ))  # fmt: skip
    return random.choice((b"\n", b"\n", b"\n", b"\r", b"\r\n", b"\n\n")).join(lines)
