"""What only the look of an XLSX cell says: a unit in its number format, what is struck out, a note on it.

It is written where the cells are read: ``300`` shown as « 300 kg » becomes the text ``300 kg``, a share
shown in percent ``50 %``, ``12500`` in thousands ``12500 (affiché 12,5)``, a raised figure ``12 (1)``, a
note ``300 (en kg)``; what is struck out begins with ``STRUCK``, or is dropped where something else stands in
the cell. Cleaning then reads them as if typed.
Structure: ECMA-376-1, 18.3, 18.4.12, 18.7, 18.8.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from eit_analysis.intake.reading.archive import Parts
from eit_analysis.intake.reading.limits import check_longest
from eit_analysis.intake.reading.sheet import IDENTIFIER, STRUCK, Look, Note

STYLES = "xl/styles.xml"
FEW_STYLES = 100
LARGEST = 4 << 20  # bytes of a part that is read for its looks alone
PERCENT = {9, 10}  # formats that every spreadsheet knows by these numbers
STRUCK_OUT = re.compile(rb'<strike(?:\s*/>|\s+val="(?:1|true)")')
RAISED = b'<vertAlign val="superscript"'
RUN_TEXT = re.compile(rb"<t\b[^<>]*>([^<]*)")
THOUSANDS = re.compile(r"[0#?](,+)[^0#?]*$")  # shown divided by a thousand for each
LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.')
UNIT = re.compile(
    r"(?:t|kt|tonnes?|kg|kilos?|g|m3|m³|l|litres?)(?: ?(?:/|par) ?(?:an|mois|trimestre|semaine|jour|j))?",
    re.I,
)
CELL = rb'<c\b(?=[^<>]*\ss="(%s)")[^<>]*?\sr="([A-Z]{1,3})([0-9]{1,7})"'
COMMENT = re.compile(rb'<comment\b[^<>]*?\sref="([A-Z]{1,3})([0-9]{1,7})"')
# Who wrote a note, and what a program adds for another that cannot show a conversation.
AUTHOR = re.compile(r"\A(?:\[[^\]]*\].*?(?:Comment|Commentaire) ?:|[^\n:]{1,60} ?:\s*\n)", re.DOTALL)
SAYS_UNIT = re.compile(rf"(?!.*\b(?:pas|non)\b)(?:.{{0,30}}\ben )?({UNIT.pattern})\W*", re.I)
DENIED = re.compile(r"(?<=\w)\W+(?:et )?(?:non|pas|au lieu)\b.*", re.I)  # en kg, pas en t
NUMBER = re.compile(rf"[<>~≈±+-]? ?[0-9][0-9 .,'\u00a0\u202f]{{0,12}}(?:{UNIT.pattern})?", re.I)


def rewrite_runs(content: bytearray) -> bytearray:
    """Texts of several looks: what is struck out is dropped, a raised text after a figure in parentheses."""
    for end in (b"</si>", b"</is>"):
        if end in content and (STRUCK_OUT.search(content) or RAISED in content):
            start = end.replace(b"/", b"")
            pieces = content.split(end)
            content = bytearray(end.join([*(_plain(piece, start) for piece in pieces[:-1]), pieces[-1]]))
    return content


def _plain(piece: bytearray, start: bytes) -> bytes:
    """The text of a cell in one look, from the tag that begins it."""
    before, tag, runs = bytes(piece).rpartition(start)
    if not tag or b"<r>" not in runs:
        return bytes(piece)
    kept, struck = b"", b""
    for run in runs.split(b"</r>"):
        text = b"".join(RUN_TEXT.findall(run))
        if STRUCK_OUT.search(run):
            struck += text
        elif RAISED in run and kept[-1:].isdigit() and text.strip():
            kept += b" (" + text.strip().strip(b"()") + b")"
        else:
            kept += text
    if struck.strip() and not kept.strip():
        kept = STRUCK.encode() + struck
    return before + start + b'<t xml:space="preserve">' + kept + b"</t>"


def odd_styles(parts: Parts) -> dict[int, str]:
    """What the styles that say something say: ``%``, a unit, or ``STRUCK``; by their number."""
    content = parts.get(STYLES, b"")
    if len(content) > LARGEST:
        return {}
    root = ElementTree.fromstring(content) if content else ElementTree.Element("none")
    formats = {f.get("numFmtId"): _said(f.get("formatCode") or "") for f in root.iterfind(".//{*}numFmt")}
    strikes = [font.find("{*}strike") for font in root.iterfind("./{*}fonts/{*}font")]
    fonts = [strike is not None and strike.get("val") not in ("0", "false") for strike in strikes]
    found = {}
    for number, style in enumerate(root.iterfind("./{*}cellXfs/{*}xf")):
        shown, font = style.get("numFmtId") or "0", int(style.get("fontId") or 0)
        if font < len(fonts) and fonts[font]:
            found[number] = STRUCK
        elif said := "%" if shown.isdigit() and int(shown) in PERCENT else formats.get(shown, ""):
            found[number] = said
    return found


def _said(code: str) -> str:
    """The unit that a number format shows, or ``%``, after a comma for each thousand that it leaves out."""
    positive = code.split(";")[0]
    literal = " ".join("".join(a or b for a, b in LITERAL.findall(positive)).split())
    bare = LITERAL.sub("", positive)
    scaled = THOUSANDS.search(bare)
    commas = scaled[1] if scaled else ""
    if UNIT.fullmatch(literal):
        return commas + literal
    return "%" if "%" in bare else commas


def looks(parts: Parts, part: str, odd: dict[int, str]) -> list[Look]:
    """Row and column (from 0) of the cells of a sheet that say something by their look, and what."""
    content = parts[part]
    found = []
    if odd:
        few = len(odd) <= FEW_STYLES
        wanted = b"|".join(str(number).encode() for number in odd) if few else b"[0-9]+"
        for number, letters, row in re.findall(CELL % wanted, content):
            if said := odd.get(int(number)):
                found.append((int(row) - 1, column_number(letters) - 1, said))
    found += [(row, column, f"({text})") for row, column, text in _notes(parts, part)]
    return found


def _notes(parts: Parts, part: str) -> Iterator[tuple[int, int, str]]:
    folder, name = part.rsplit("/", 1)
    relations = parts.get(f"{folder}/_rels/{name}.rels", b"")
    target = re.search(rb'Target="[^"]*?(comments[^"]*\.xml)"', relations)
    content = parts.get(f"xl/{target[1].decode()}", b"") if target else b""
    if not content or len(content) > LARGEST:
        return
    check_longest(content)
    for note in content.split(b"</comment>"):
        place = COMMENT.search(note)
        text = html.unescape(b"".join(RUN_TEXT.findall(note)).decode("utf-8", "replace"))
        text = " ".join(AUTHOR.sub("", text).replace("(", "").replace(")", "").split())
        if text and place:
            yield int(place[2]) - 1, column_number(place[1]) - 1, text


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def write_looks(rows: list[list[Any]], found: list[Look]) -> list[Note]:
    """Write into the cells what their look says; the notes on texts, which stay as they are."""
    unwritten: list[Note] = []
    for row, column, said in found:
        if row < len(rows) and column < len(rows[row]) and (cell := rows[row][column]) != "":
            rows[row][column] = _with(cell, said)
            if said.startswith("(") and rows[row][column] == cell:
                unwritten.append((row + 1, said[1:-1], "", "note_on_text"))
    return unwritten


def _with(cell: Any, said: str) -> Any:
    if said == STRUCK:
        return STRUCK + (_digits(cell) if isinstance(cell, (int, float)) else str(cell))
    number = isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) < IDENTIFIER
    if said.startswith("("):
        unit = SAYS_UNIT.fullmatch(DENIED.sub("", said[1:-1]))
        said = f"({unit[1]})" if unit else said
        if number or unit or NUMBER.fullmatch(str(cell)):
            return f"{_digits(cell) if number else cell} {said}"
        return cell
    if not number:
        return cell
    if said.startswith(","):
        unit_shown = said.lstrip(",")
        shown = _digits(cell / 1000 ** (len(said) - len(unit_shown)))
        # Nobody knows which of the two numbers the unit beside them is of.
        return f"{shown} {unit_shown}" if unit_shown else f"{_digits(cell)} (affiché {shown})"
    return f"{_digits(cell * 100 if said == '%' else cell)} {said}"


def _digits(number: float) -> str:
    """As it is typed in French: a comma is never a thousands sign."""
    return f"{number:.12g}".replace(".", ",")
