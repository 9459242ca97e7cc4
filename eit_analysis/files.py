"""Files written whole or not at all."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

SAME = (2000, 1, 1, 0, 0, 0)  # the day of what is packed


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """An error of the disk names the file that was meant: a full disk names none."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


@contextmanager
def open_atomic(path: Path) -> Iterator[BinaryIO]:
    """A file to write so that a reader, or a kill at any moment, sees the old or the new one, never half."""
    with _naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        os.close(handle)
        temporary = Path(name)
        try:
            with temporary.open("wb") as stream:
                yield stream
            temporary.chmod(0o644)
            if _together is None:
                temporary.replace(path)
            else:
                _together.append((temporary, path))
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files in one ZIP, by path within it: the same files make the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, SAME), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


_together: list[tuple[Path, Path]] | None = None  # one for all threads that write


@contextmanager
def all_or_none() -> Iterator[None]:
    """What is written meanwhile takes its places at the end, or not at all if one file cannot be written."""
    global _together
    written: list[tuple[Path, Path]] = []
    _together = written
    try:
        yield
        for temporary, path in written:
            temporary.replace(path)
    finally:
        _together = None
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)


def write_atomic(path: Path, content: bytes) -> None:
    """Write a whole file as `open_atomic` does, and to the disk itself, so that a power cut keeps it too."""
    with open_atomic(path) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
