"""Returns laid out by people in their own way: each answer is right, or asked, or refused aloud."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from small_pages import empty_study
from strangers import Answer, judge

# What is enough where the table of expected outcomes says the first.
ENOUGH = {"right": {"right"}, "asked": {"right", "asked"}}
LEAST_RIGHT = 0.60


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Answer, str]]:
    folder: Path = tmp_path_factory.mktemp("strangers")
    return judge(empty_study(folder))


def test_each_answer_of_a_stranger_has_its_outcome(judged):
    assert not [
        f"{name}: {answer.name!r}, {answer.truth}: {verdict}, not {answer.least}"
        for name, answer, verdict in judged
        if verdict not in ENOUGH[answer.least]
    ]


def test_most_answers_of_strangers_are_read_without_a_question(judged):
    verdicts = Counter(verdict for *_, verdict in judged)
    assert verdicts["wrong"] <= 0.01 * len(judged) and not verdicts["lost"]
    assert verdicts["right"] >= LEAST_RIGHT * len(judged), verdicts
