"""One command at a time on a study."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from small_pages import die, in_a_child

from eit_analysis import locking
from eit_analysis.errors import UsageError
from eit_analysis.locking import locked
from eit_analysis.study import Study


def test_a_second_command_waits_and_is_told_for_whom(study: Study) -> None:
    told: list[str] = []
    order: list[str] = []
    inside, done = threading.Event(), threading.Event()

    def first() -> None:
        with locked(study, "eit clean essai", told.append):
            inside.set()
            done.wait()
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait()
    threading.Timer(0.8, done.set).start()
    with locked(study, "eit run essai", told.append):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]
    (words,) = told
    for part in ("«\u00a0essai\u00a0»", "eit clean essai", f"processus {os.getpid()}", "depuis le"):
        assert part in words


def test_patience_ends_in_one_sentence(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "PATIENCE_S", 0.1)
    with (
        locked(study, "eit run essai", print),
        pytest.raises(UsageError, match=r"eit run essai.*relancez"),
        locked(study, "eit clean essai", str),
    ):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_dead_process_holds_nothing(study: Study) -> None:
    def killed() -> int:
        with locked(study, "eit run essai", print):
            die()
        return 0

    assert in_a_child(killed) == -signal.SIGKILL
    told: list[str] = []
    with locked(study, "eit run essai", told.append):
        assert told == []
