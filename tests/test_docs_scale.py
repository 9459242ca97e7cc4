"""What docs/scale.md reckons for the country is what its measured rows give."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
SCALE = (DOCS / "scale.md").read_text(encoding="utf-8")
MATCHING = (DOCS / "methods" / "matching.md").read_text(encoding="utf-8")
AUDIENCES = ("internal", "partners", "public")


def table(page: str, *header: str) -> list[list[str]]:
    """The cells of the table whose header begins so."""
    lines = page[page.index("| " + " | ".join(header)) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def number(cell: str) -> float:
    found = re.search(r"[\d,]+(?:\.\d+)?", cell)
    assert found, cell
    return float(found[0].replace(",", ""))


def agree(cell: str, value: float) -> None:
    """A figure is the value, to its own last digit."""
    decimals = len(cell.partition(".")[2])
    assert number(cell) == pytest.approx(value, abs=0.501 * 10**-decimals), cell


SIZES = {
    (int(row[0]), row[1]): [number(cell) for cell in row[2:]] for row in table(SCALE, "firms", "audience")
}


def seconds(firms: int, audience: str) -> float:
    clean, run, *_ = SIZES[firms, audience]
    return clean + run


def power(small: int, large: int, audience: str) -> float:
    return math.log(seconds(large, audience) / seconds(small, audience)) / math.log(large / small)


def test_every_audience_is_measured_at_three_sizes_and_its_powers_are_theirs() -> None:
    assert sorted(SIZES) == [(firms, audience) for firms in (10, 39, 100) for audience in AUDIENCES]
    steps = [(10, 39), (39, 100)]
    for (small, large), (words, *powers) in zip(
        steps, table(SCALE, "power of the time", *AUDIENCES), strict=True
    ):
        assert words == f"{small} to {large} firms"
        for audience, stated in zip(AUDIENCES, powers, strict=True):
            agree(stated, power(small, large, audience))


def test_the_country_is_the_measured_rows_times_its_territories() -> None:
    """Hours, disk and dollars (of two cores) of 300 territories."""
    price = number(re.findall(r"([\d.]+) US dollars an hour", SCALE)[0])
    found = table(SCALE, "300 territories of", "audience")
    assert [(row[0], row[1]) for row in found] == [(n, a) for n in ("39", "100") for a in AUDIENCES]
    for firms, audience, hours, memory, disk, dollars in found:
        whole = 300 / 3600 * seconds(int(firms), audience)
        agree(hours, whole)
        agree(dollars, whole / 2 * price)
        peak, tables, pages = SIZES[int(firms), audience][2:5]
        agree(memory, peak)
        agree(disk, 300 * (tables + pages) / 1000)


def test_three_million_establishments_follow_from_the_matching_measured() -> None:
    rows = {number(row[0]): row for row in table(MATCHING, "outputs, and as many inputs")}
    (small, large), more = (rows[200_000], rows[1_000_000]), math.log(3)
    time, memory = (math.log(number(large[at]) / number(small[at])) / math.log(5) for at in (1, 3))
    stated = re.search(
        r"grows by the power ([\d.]+) in time and ([\d.]+) in memory.*?take, by these powers, ([\d.]+) s of "
        r"processor, ([\d.]+) GB of memory\s+and ([\d.]+) GB of disk",
        SCALE,
        re.S,
    )
    assert stated
    agree(stated[1], time)
    agree(stated[2], memory)
    agree(stated[3], number(large[1]) * math.exp(time * more))
    agree(stated[4], number(large[3]) / 1000 * math.exp(memory * more))
    agree(stated[5], 3 * number(large[4]) * number(large[5]) / 1e9)
