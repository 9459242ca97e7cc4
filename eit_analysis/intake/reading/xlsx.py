"""What calamine hides in an XLSX workbook is written where it reads; how far the cells reach is checked.

Error values and formulas without a result come out of calamine as blanks; in the XML they become texts
(``#DIV/0!``, ``#FORMULE!``), and so does a sum that is zero (``#SOMME!``). Empty formatted rows below the
table are cut off. Structure: ECMA-376-1, 18.3.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from eit_analysis.intake.reading import limits
from eit_analysis.intake.reading.archive import Parts
from eit_analysis.intake.reading.limits import check_area, check_longest, check_texts
from eit_analysis.intake.reading.looks import column_number, looks, odd_styles, rewrite_runs
from eit_analysis.intake.reading.sheet import EMPTY_SUM, NO_RESULT, SheetProperties

TAIL = 1 << 16  # bytes of formatting worth cutting off

ROW = re.compile(rb'<row\b[^>]*?\sr="([0-9]+)"')
WIDE = re.compile(rb'<c r="([A-Z]{2,3})[0-9]+"[^>/]*>')
HIDDEN_ROW = re.compile(rb'<row\b(?=[^>]*\shidden="(?:1|true)")[^>]*?\sr="([0-9]+)"')
HIDDEN_COLUMN = re.compile(
    rb'<col\b(?=[^>]*\shidden="(?:1|true)")(?=[^>]*\smin="([0-9]+)")[^>]*?\smax="([0-9]+)"'
)
PREFIX = re.compile(rb"(</?)[A-Za-z0-9]+:")
FORMULA = re.compile(
    rb'<c((?:\s+(?!t=)[\w:]+="[^"]*")*)(?:\s+t="n")?((?:\s+(?!t=)[\w:]+="[^"]*")*)\s*>'
    rb"<f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v\s*/>|<v>\s*</v>)?</c>"
)
SUM = re.compile(
    rb'<c((?:\s+(?!t=)[\w:]+="[^"]*")*)(?:\s+t="n")?((?:\s+(?!t=)[\w:]+="[^"]*")*)\s*>'
    rb"<f(?:\s[^>]*)?>\s*SUM\([^<]*\)\s*</f><v>0(?:\.0+)?</v></c>"
)
SUM_OF_NOTHING = rb'<c\1\2 t="str"><v>' + EMPTY_SUM.encode() + b"</v></c>"
NEVER_CALCULATED = rb'<c\1\2 t="str"><v>' + NO_RESULT.encode() + b"</v></c>"
STRING = re.compile(rb"<si>(.*?)</si>", re.DOTALL)
REFERENCE = re.compile(rb'<c [^>]*t="s"[^>]*><v>([0-9]+)<')
DATE_1904 = re.compile(rb'date1904="(?:1|true)"')


def has_1904_dates(parts: Parts) -> bool:
    return any(DATE_1904.search(content) for name, content in parts.items() if name.endswith("workbook.xml"))


def prepare(parts: Parts) -> dict[str, SheetProperties]:
    """Rewrite the sheets in place; what else they hold, by name. Refuses too large a sheet or a cell."""
    found, references = {}, 0
    strings = parts.get("xl/sharedStrings.xml", bytearray())
    check_longest(strings)
    if strings:
        strings = parts["xl/sharedStrings.xml"] = rewrite_runs(strings)
    odd = odd_styles(parts)
    sheets = [part for part, content in parts.items() if b"sheetData" in content]
    for part in sheets:
        content = parts[part]
        if b"<sheetData" not in content:  # its tags carry a prefix, as the .NET libraries write them
            content = bytearray(PREFIX.sub(rb"\1", content))
        if len(content) > TAIL:
            _cut_tail(content)
            check_longest(content)
        _check_extent(parts, part, content)
        references += content.count(b't="s"')
        parts[part] = content = rewrite_runs(content)
        properties = _properties(content) if b' hidden="' in content else SheetProperties()
        properties.looks = looks(parts, part, odd)
        found[part] = properties
        if b' t="e"' in content:
            content = content.replace(b' t="e"', b' t="str"')
        if b"</f>" in content or b"<f " in content:
            content = bytearray(FORMULA.sub(NEVER_CALCULATED, content))
            content = bytearray(SUM.sub(SUM_OF_NOTHING, content)) if b"SUM(" in content else content
        parts[part] = content
    if references * len(strings) > limits.TEXT_BYTES:
        _check_texts(strings, [parts[part] for part in sheets])
    kept = {part for part, properties in found.items() if properties != SheetProperties()}
    names = sheet_parts(parts) if kept else {}
    return {name: found[part] for name, part in names.items() if part in kept}


def sheet_parts(parts: Parts) -> dict[str, str]:
    """The part of the archive that holds each sheet, by the name of the sheet."""
    relations = {
        relation.get("Id"): (relation.get("Target") or "").lstrip("/").removeprefix("xl/")
        for relation in ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    }
    found = {}
    for element in ElementTree.fromstring(parts["xl/workbook.xml"]).iter():
        if element.tag.endswith("}sheet"):
            target = next((relations.get(v) for k, v in element.attrib.items() if k.endswith("}id")), None)
            found[element.get("name") or ""] = f"xl/{target}"
    return found


def _cut_tail(content: bytearray) -> None:
    """Drop the empty formatted rows below the last cell with content: there may be a million."""
    start, end = content.find(b"<sheetData"), content.rfind(b"</sheetData>")
    last = max(content.rfind(mark, 0, end) for mark in (b"</v>", b"</is>", b"</f>", b"<v/>", b"<v />"))
    after = content.find(b"</row>", last) + 6 if last >= 0 else content.find(b">", start) + 1
    if after >= 6 and end - after > TAIL:
        del content[after:end]


def _check_extent(parts: Parts, part: str, content: bytearray) -> None:
    height = max(map(int, ROW.findall(content)), default=0)
    letters = {match[1] for match in WIDE.finditer(content)}
    width = max(map(column_number, letters), default=26)
    if height * width > limits.SPARSE_AREA:
        name = next((name for name, found in sheet_parts(parts).items() if found == part), part)
        check_area(name, height, width, content.count(b"</v>") + content.count(b"</is>"))


def _properties(content: bytearray) -> SheetProperties:
    columns: set[int] = set()
    for first, last in HIDDEN_COLUMN.findall(content):
        columns.update(range(int(first), min(int(last), limits.COLUMNS) + 1))
    return SheetProperties(set(map(int, HIDDEN_ROW.findall(content))), columns)


def _check_texts(strings: bytearray, sheets: list[bytearray]) -> None:
    """A long text that a million cells share is a small file and a large memory."""
    lengths = [len(text) for text in STRING.findall(strings)]
    total = 0
    for content in sheets:
        for match in REFERENCE.finditer(content):
            number = int(match[1])
            total += lengths[number] if number < len(lengths) else 0
            check_texts(total)
