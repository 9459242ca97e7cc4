"""An audience's folder, written beside the old one and put in its place at once."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from eit_analysis.files import write_atomic

AT_FDCWD, RENAME_EXCHANGE = -100, 2  # of <fcntl.h> and <linux/fs.h>


def write_beside(place: Path, files: Mapping[str, bytes]) -> None:
    """Write a whole folder beside its place, by path within it; nothing is left of one that is not whole."""
    _clear(place)
    try:
        for name, content in files.items():
            write_atomic(_new(place) / name, content)
    except BaseException:
        _clear(place)
        raise


def put_in_place(place: Path) -> None:
    """Give the folder written beside its place; a kill leaves the old one there or the new one.

    On Linux both change places in one step. Elsewhere there are two, and `recover` ends what was begun.
    """
    if not place.exists():
        _new(place).rename(place)
    elif not _exchange(_new(place), place):
        shutil.rmtree(_old(place), ignore_errors=True)
        place.rename(_old(place))
        _new(place).rename(place)
    _clear(place)


def recover(parent: Path) -> None:
    """Put back an old folder that a kill left without a successor, and clear what lies about."""
    for left in [*parent.glob(".*.old"), *parent.glob(".*.new")]:
        place = left.with_name(left.name[1:-4])
        if left == _old(place) and not place.exists():
            left.rename(place)
        _clear(place)


def _clear(place: Path) -> None:
    for left in (_new(place), _old(place)):
        shutil.rmtree(left, ignore_errors=True)


def _new(place: Path) -> Path:
    return place.with_name(f".{place.name}.new")


def _old(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")


def _exchange(one: Path, other: Path) -> bool:
    """Whether the system could make two folders change places in one step."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)  # not in every C library
    names = os.fsencode(one), os.fsencode(other)
    return rename is not None and rename(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0
