"""What calamine hides in an ODS workbook, where rows and cells may be repeated (ODF 1.3 part 3, 9)."""

from __future__ import annotations

import html
import re

from eit_analysis.intake.reading import limits
from eit_analysis.intake.reading.archive import Parts
from eit_analysis.intake.reading.limits import UnreadableError, check_area, check_longest, check_texts
from eit_analysis.intake.reading.looks import UNIT
from eit_analysis.intake.reading.sheet import NO_RESULT, STRUCK, SheetProperties

CONTENT = "content.xml"
PERCENT = b'office:value-type="percentage"'
TOKEN = re.compile(
    rb"<(/)?table:(table|table-row|table-column|table-cell|covered-table-cell)(?=[\s/>])([^>]*?)(/)?>"
)
NAME = re.compile(rb'table:name="([^"]*)"')
REPEATED = re.compile(rb'table:number-(?:rows|columns)-repeated="([0-9]+)"')
SPANNED_ROWS = re.compile(rb'table:number-rows-spanned="([0-9]+)"')
SPANNED_COLUMNS = re.compile(rb'table:number-columns-spanned="([0-9]+)"')
STYLE = re.compile(
    rb'<style:style\b([^<>]*)>|(</style:style>)|(\sstyle:text-line-through-(?:style|type)="(?!none))'
    rb"|<number:number-style\b([^<>]*)>|<number:text>([^<]*)<"
)
STYLE_NAME, DATA_STYLE = (
    re.compile(rb'\s%s="([^"]*)"' % name) for name in (b"style:name", b"style:data-style-name")
)
CELL_STYLE = re.compile(rb'\stable:style-name="([^"]*)"')
HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')
ERROR = re.compile(rb'<table:table-cell\b(?=[^>]*\scalcext:value-type="error")[^>]*(?<!/)>')
VALUE = re.compile(rb'\s(?:office|calcext):(?:value|string-value|value-type)="[^"]*"')
FORMULA = re.compile(rb"<table:table-cell\b(?=[^>]*\stable:formula=)(?![^>]*\soffice:value-type=)([^>]*)/>")
AS_TEXT = b' office:value-type="string">'
NEVER_CALCULATED = (
    rb"<table:table-cell\1" + AS_TEXT + b"<text:p>" + NO_RESULT.encode() + b"</text:p></table:table-cell>"
)


def prepare(parts: Parts) -> dict[str, SheetProperties]:
    """Rewrite the content in place; hidden rows and columns and merged cells by sheet name.

    Refuses an encrypted workbook, and a sheet that is too large.
    """
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise UnreadableError("book_password")
    content = parts[CONTENT]
    properties = _properties(content)
    content = bytearray(ERROR.sub(lambda match: VALUE.sub(b"", match[0])[:-1] + AS_TEXT, content))
    parts[CONTENT] = bytearray(FORMULA.sub(NEVER_CALCULATED, content))
    return properties


class _SheetExtent(SheetProperties):
    """The same while the tags of a sheet pass."""

    def __init__(self, name: str, odd: dict[bytes, str]) -> None:
        super().__init__()
        self.odd = odd
        self.name = name
        self.row, self.column, self.columns, self.expanded = 0, 0, 0, 0
        self.repeated, self.hidden, self.in_row, self.copies = 1, False, 0, 0

    def start_row(self, attributes: bytes) -> None:
        self.repeated = _number(REPEATED, attributes)
        self.hidden = bool(HIDDEN.search(attributes))
        self.column = self.in_row = self.copies = 0

    def end_row(self) -> None:
        if self.in_row:
            self.height = self.row + self.repeated
            self.filled += self.in_row
            self.expanded += self.copies * self.repeated
            check_area(self.name, self.height, self.width, self.filled)
            if self.hidden:
                self.hidden_rows.update(range(self.row + 1, self.height + 1))
        self.row += self.repeated

    def cell(self, attributes: bytes, is_empty: bool) -> None:
        repeated = _number(REPEATED, attributes)
        if not is_empty or b"office:value" in attributes or b"table:formula" in attributes:
            rows, columns = _number(SPANNED_ROWS, attributes), _number(SPANNED_COLUMNS, attributes)
            if rows > 1:
                self.merged.append(
                    ((self.row, self.column), (self.row + rows - 1, self.column + columns - 1))
                )
            style = CELL_STYLE.search(attributes)
            said = "%" if PERCENT in attributes else self.odd.get(style[1], "") if style else ""
            if said:
                self.looks.append((self.row, self.column, said))
            self.width = max(self.width, min(self.column + repeated, limits.COLUMNS))
            self.in_row += 1
            self.copies += min(repeated, limits.COLUMNS)
        self.column += repeated

    def declare_column(self, attributes: bytes) -> None:
        repeated = _number(REPEATED, attributes)
        if HIDDEN.search(attributes):
            last = min(self.columns + repeated, limits.COLUMNS)
            self.hidden_columns.update(range(self.columns + 1, last + 1))
        self.columns += repeated


def _number(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    match = pattern.search(attributes)
    return int(match[1][:9]) if match else 1


def _properties(content: bytearray) -> dict[str, SheetProperties]:
    sheets: list[_SheetExtent] = []
    odd = _odd_styles(content)
    for closing, tag, attributes, empty in TOKEN.findall(content):
        if tag == b"table" and not closing:
            name = NAME.search(attributes)
            sheets.append(
                _SheetExtent(html.unescape(name[1].decode("utf-8", "replace")) if name else "", odd)
            )
        elif not sheets:
            continue
        elif tag == b"table-row":
            if not closing:
                sheets[-1].start_row(attributes)
            if closing or empty:
                sheets[-1].end_row()
        elif closing:
            continue
        elif tag == b"table-column":
            sheets[-1].declare_column(attributes)
        else:
            sheets[-1].cell(attributes, bool(empty))
    _check_copies(content, sum(sheet.expanded - sheet.filled for sheet in sheets))
    return {sheet.name: sheet for sheet in sheets}


def _odd_styles(content: bytearray) -> dict[bytes, str]:
    """What the styles of cells that say something say (`looks`), by their name."""
    head = content[: max(content.find(b"</office:automatic-styles>"), 0)]
    shown: dict[bytes, str] = {}  # text of each number format
    found: dict[bytes, str] = {}
    number = style = b""
    for opened, closed, struck, format_, text in STYLE.findall(head):
        if opened:
            style, data = _named(STYLE_NAME, opened), _named(DATA_STYLE, opened)
            if UNIT.fullmatch(unit := " ".join(shown.get(data, "").split())):
                found[style] = unit
            if opened.endswith(b"/"):
                style = b""
        elif struck and style:
            found[style] = STRUCK
        elif format_:
            number = _named(STYLE_NAME, format_)
        elif text:
            shown[number] = shown.get(number, "") + text.decode("utf-8", "replace")
        if closed:
            style = b""
    return found


def _named(pattern: re.Pattern[bytes], attributes: bytes) -> bytes:
    match = pattern.search(attributes)
    return match[1] if match else b""


def _check_copies(content: bytearray, copies: int) -> None:
    """A long text that is repeated is a small file and a large memory."""
    check_longest(content)
    if copies * len(content) > limits.TEXT_BYTES:
        check_texts(copies * max(map(len, content.split(b"<"))))
