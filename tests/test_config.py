"""study.toml: a first one says every key; scenarios that contradict each other are refused."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from eit_analysis.config import StudyConfig
from eit_analysis.config_scenarios import Scenarios
from eit_analysis.config_section import Section
from eit_analysis.errors import InputError, UsageError
from eit_analysis.reference.communes import epcis_of
from eit_analysis.settings_file import read_config
from eit_analysis.settings_template import described, section_of, template


def scenarios(folder: Path, lines: str) -> Scenarios:
    file = folder / "study.toml"
    file.write_text(f'title = "a"\nterritory = "b"\n[scenarios]\n{lines}', encoding="utf-8")
    return read_config(file).scenarios


def reform(*steps: tuple[int | str, float]) -> str:
    return "".join(
        f"[[scenarios.reform]]\nborn_from = {born}\nretirement_age = {age}\n" for born, age in steps
    )


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("retirement_age = 62\nlong_career_age = 63.5", "(long_career_age, 63,5) dépasse"),
        (reform((1962, 63), (1965, 64), (1962, 62.5)), "nées à partir de 1962"),
        (reform(('"1961-09"', 63), ('"1961-09"', 64)), "nées à partir de 09/1961"),
        (reform(('"1961-13"', 63)), "born_from"),
        ("retirement_age = 62\n" + reform((1962, 64), (1965, 63)), "62 puis 64 puis 63"),
        ("retirement_age = 62\n" + reform((1962, 61), (1965, 63)), "62 puis 61 puis 63"),
        (reform((1962, 64), (1965, 63), (1968, 64)), "64 puis 63 puis 64"),
        ('retirement_law = "loi_2030"', "retirement_law"),
        (
            '[[scenarios.shocks]]\nyear = 2021\nshare = 0.3\noccupation = "H2903"',
            "est un code ROME",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_in_one_sentence(tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        scenarios(tmp_path, lines)
    told = str(caught.value)
    assert words in told and "\n" not in told and "study.toml" in told and "scenarios" in told


def test_what_a_reform_may_say(tmp_path: Path) -> None:
    up = scenarios(
        tmp_path, reform((1965, 64), (1962, 63), (1968, 64))
    )  # in any order, a step may stay level
    assert [step.born_from for step in up.reform] == ["1965-01", "1962-01", "1968-01"]
    down = scenarios(tmp_path, "long_career_age = 58\n" + reform((1962, 61), (1965, 60)))
    assert down.reform[-1].retirement_age == 60
    level = scenarios(tmp_path, "retirement_age = 60\nlong_career_age = 60")
    assert level.long_career_age == 60


def test_an_origin_that_is_not_named_keeps_its_half_width(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    head = 'title = "a"\nterritory = "b"\n[evidence_half_width]\n'
    file.write_text(head + "declared = 0.3\n", encoding="utf-8")
    widths = read_config(file).evidence_half_width
    assert widths == {"measured": 0.05, "declared": 0.3, "estimated": 0.5, "inferred": 1.0}
    file.write_text(head + "pesee = 0.3\n", encoding="utf-8")
    with pytest.raises(InputError, match="pesee"):
        read_config(file)


def sections(model: type[Section], path: str = "") -> Iterator[tuple[str, type[Section]]]:
    yield path, model
    for name, field in model.model_fields.items():
        if section := section_of(field.annotation):
            yield from sections(section, f"{path}.{name}".strip("."))


def test_a_first_study_toml_says_every_key_and_changes_nothing(tmp_path: Path) -> None:
    """As it is, it is the defaults; with every key in use, none is unknown or of another type."""
    text = template("Ma vallée", {"200036465": "CC de l'essai"})
    file = tmp_path / "study.toml"
    file.write_text(text, encoding="utf-8")
    plain = StudyConfig(title="Ma vallée", territory="à compléter", epci_codes=["200036465"])
    assert read_config(file) == plain
    key = r"\[{1,2}[\w.]+\]{1,2}|\w+ = .*"
    used = [line.removeprefix("# ") for line in text.splitlines() if re.fullmatch(f"(# )?({key})", line)]
    raw = tomllib.loads("\n".join(used))
    for path, model in sections(StudyConfig):
        part = raw
        for step in path.split(".") if path else []:
            part = part[step][0] if isinstance(part[step], list) else part[step]
        part = part["nom"] if path == "audiences" else part
        assert set(model.model_fields) <= set(part), path
        assert set(described(model)) == set(model.model_fields)
    with pytest.raises(ValidationError) as refused:  # an example is to be replaced, and some contradict
        StudyConfig.model_validate(raw)
    kinds = {error["type"] for error in refused.value.errors()}
    assert not kinds & {"extra_forbidden", "missing"} and not {kind for kind in kinds if "_type" in kind}
    assert all(len(line) <= 160 for line in text.splitlines()) and "CC de l'essai" in text


def test_communes_propose_their_intercommunalities() -> None:
    assert list(epcis_of(["Thann", "68063", "Cernay (68)"])) == ["200036465"]
    with pytest.raises(UsageError, match=r"plusieurs communes.*: .*Castres \(02\) ou Castres \(81\), ou"):
        epcis_of(["Castres"])
    with pytest.raises(UsageError, match=r"Castrres.* est inconnue"):
        epcis_of(["Castrres"])
