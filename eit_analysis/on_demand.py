"""Names of a package that are imported when they are first asked for."""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any


def on_demand(
    package: str, places: Iterable[str], more: Iterable[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package.

    Parameters
    ----------
    package : str
        Its name.
    places : iterable of str
        Its modules (``cohort``, or ``forecast.cohort`` of a room of it), and what it has from one
        (``assessment:Assessment``); each is named by its last word.
    more : iterable of str
        What it has already, and ``dir`` tells.

    Examples
    --------
    >>> get, names = on_demand("collections", ["abc:Iterable"], ["deque"])
    >>> get("Iterable").__name__, names()
    ('Iterable', ['Iterable', 'deque'])
    """
    known = {place.replace(":", ".").rpartition(".")[2]: place for place in places}
    names = sorted({*known, *more})

    def get(name: str) -> Any:
        if name not in known:
            raise AttributeError(f"{package} has no {name!r}: it has {', '.join(names)}")
        module, _, found = known[name].partition(":")
        loaded = import_module(f"{package}.{module}")
        return getattr(loaded, found) if found else loaded

    return get, lambda: list(names)
