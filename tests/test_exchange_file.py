"""The exchange file: what leaves in it, and what a stranger's file may do to who reads it: nothing."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from command import SAMPLE, eit, refused
from frictionless import Package
from markupsafe import escape
from small_pages import write_notebook

from eit_analysis.breakdown import Breakdown
from eit_analysis.errors import DisclosureError
from eit_analysis.files import zipped
from eit_analysis.intake.territories.reading import read_territories
from eit_analysis.publishing.release.exchange_file import harmless
from eit_analysis.publishing.release.gate import Release
from eit_analysis.publishing.release.printing import Printed
from eit_analysis.publishing.release.released import Seen
from eit_analysis.publishing.release_log import ReleaseLog
from eit_analysis.reference import exchange
from eit_analysis.study import Study, list_waves

HERE = "Vallées de la Thur et de la Doller"


@pytest.fixture(scope="session")
def sent(published: Path) -> Path:
    """The file of the sample study."""
    return published / "reports/thur-doller/2018/public/echange/thur-doller-2018-echange.zip"


def members(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_frictionless_opens_it_and_finds_nothing_wrong(sent: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(sent) as archive:
        archive.extractall(tmp_path)
    package = Package(str(tmp_path / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["type", "message"])
    assert [resource.name for resource in package.resources] == exchange.tables()
    assert package.to_dict()["licenses"][0]["name"] == "etalab-2.0"
    fields = {f["name"]: f for r in package.to_dict()["resources"] for f in r["schema"]["fields"]}
    assert fields["mass_t_per_year"]["unit"] == "t/an" and fields["mass_t_per_year"]["type"] == "number"
    assert all(field.get("description") for field in fields.values())
    assert sent.stat().st_size < 10_000


def test_the_same_tables_make_the_same_bytes(sent: Path) -> None:
    content = sent.read_bytes()
    assert zipped({name: text.encode() for name, text in members(sent).items()}) == content
    with zipfile.ZipFile(sent) as archive:
        assert {member.date_time for member in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_it_tells_what_the_public_page_prints_and_nothing_else(published: Path, sent: Path) -> None:
    tables = published / "reports/thur-doller/2018/public/tables"
    printed: dict[str, list[list[str]]] = {}
    for path in tables.glob("05_territory_exchange-*.csv"):
        printed[path.stem] = list(csv.reader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))
    shown = {
        "indicators": "indicateurs-de-ce-territoire", "funnel": "etapes-atteintes-par-type-de-synergie",
        "synergies_done": "synergies-realisees-qui-durent-par-famille-et-type",
        "flows": "flux-de-ce-territoire",
    }  # fmt: skip
    # Of a table of which only the total is told the page prints a sentence, and no file.
    text = (published / "reports/thur-doller/2018/public/05_territory_exchange.html").read_text("utf-8")
    alone = re.search(r"Synergies réalisées qui durent[^:]*:([^<]*)", html.unescape(text))
    assert alone is not None
    told = members(sent)
    for name, stem in shown.items():
        table = printed.get(f"05_territory_exchange-{stem}", [[], re.split(r"[\s;]+", alone[1])])
        page = {number(cell.rstrip(".")) for row in table[1:] for cell in row}
        file = [number(cell) for row in rows(told[f"{name}.csv"])[1:] for cell in row]
        numbers = {value for value in file if isinstance(value, float)}
        assert numbers and numbers <= page, (name, numbers - page)
    # What is withheld from everybody, families of fewer than three synergies, is no line of the file.
    done = rows(told["synergies_done.csv"])[1:]
    assert sum(int(row[2]) for row in done if row[0] != "Total") < int(done[-1][2])


def number(cell: str) -> float | str:
    text = cell.replace("\u202f", "").replace(",", ".")
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else cell


def test_no_actor_is_in_it_and_other_audiences_get_none(published: Path, sent: Path) -> None:
    sites = pd.read_parquet(published / "data/processed/thur-doller/2018/sites.parquet")
    text = "\n".join(members(sent).values()).casefold()
    assert [n for n in [*sites["name"], *sites["siret"].dropna()] if str(n).casefold() in text] == []
    assert not re.search(r"\bE\d\d\b|\bS0\d\b", "\n".join(t for n, t in members(sent).items() if ".csv" in n))
    reports = published / "reports/thur-doller/2018"
    assert [path.parts[-3] for path in reports.glob("*/echange/*.zip")] == ["public"]
    for audience in ("internal", "partners", "company-E12"):
        page = (reports / audience / "05_territory_exchange.html").read_text("utf-8")
        assert ("eit share" in page) == (audience == "internal")


def test_a_neighbour_reads_it_and_the_study_itself_does_not(sent: Path, tmp_path: Path) -> None:
    (tmp_path / "thur.zip").write_bytes(sent.read_bytes())
    found = read_territories(tmp_path, "Ailleurs")
    assert found.tables["territory"]["territory"].tolist() == [HERE] and found.converted.empty
    assert len(found.tables["indicators"]) == 7
    own = read_territories(tmp_path, HERE)
    assert own.tables["territory"].empty and "de ce territoire même" in own.refused["problem"].iloc[0]


def test_the_folder_of_what_is_received_is_no_wave() -> None:
    assert list_waves(SAMPLE.parents[2], "thur-doller") == ["2015", "2018"]


def summed(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"category": ["other"], "mass_t_per_year": [frame["mass_t_per_year"].sum()]})


def test_what_is_reckoned_follows_from_printed_rows_alone(small_study: Study) -> None:
    release = Release(small_study, "partners", page="essai")
    flows = release.load("flows")
    frame = flows.groupby("category", as_index=False)["mass_t_per_year"].sum()
    table = release.table(Breakdown(frame, ["category"], flows, "mass_t_per_year"), "Par famille")
    whole = release.reckoned(summed, table, title="Somme", keys=["category"])
    printed = table.seen_by(release.viewer, {})
    assert printed.hidden.sum() == 1  # the wood of E5 and E6
    seen = whole.seen_by(release.viewer, {})
    assert seen.frame["mass_t_per_year"].tolist() == [printed.visible["mass_t_per_year"].sum()] == [58.0]
    # What a later audit withholds goes too, even if the table was looked at before.
    seen.parents[0].publication = type(  # type: ignore[attr-defined]
        "Closed", (), {"shown": staticmethod(lambda number: pd.Series([False] * 3 + [True]).to_numpy())}
    )()
    assert seen.frame["mass_t_per_year"].tolist() == [0.0]
    with pytest.raises(DisclosureError, match="tableaux diffusés"):
        release.reckoned(summed, frame, title="Somme", keys=["category"])  # type: ignore[arg-type]
    with pytest.raises(DisclosureError, match="que ses tableaux"):
        release.exchange_file("Fichier", secrets=table)


def by_sector(frame: pd.DataFrame) -> pd.DataFrame:
    wide = frame.set_index("category")["mass_t_per_year"].reindex(["wood", "paper"]).reset_index()
    return wide.assign(n_sites=0)


def test_a_missing_cell_of_a_complete_table_is_withheld_and_no_zero(small_study: Study) -> None:
    release = Release(small_study, "partners", page="essai")
    flows = release.load("flows")
    frame = flows.groupby("category", as_index=False)["mass_t_per_year"].sum()
    table = release.table(Breakdown(frame, ["category"], flows, "mass_t_per_year"), "Par famille")
    for complete, sign in ((True, "s"), (False, "–")):
        told = release.reckoned(by_sector, table, title="Deux", keys=["category"], complete=complete)
        lines = Printed(told.seen_by(release.viewer, {})).lines
        wood = next(row for _, row in lines if row[0] == "bois")
        assert wood[1:] == [sign, "0"]


def read(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[["category", "mass_t_per_year"]]


def test_what_follows_from_withheld_rows_is_said_to_be_withheld(small_study: Study) -> None:
    """« Aucune ligne » of 16 that the team has, and one line of 6 without a word of the others."""
    for audience, kept in (("partners", []), ("partners", ["paper"]), ("internal", ["paper"])):
        release = Release(small_study, audience, page="essai")
        flows = release.load("flows")
        flows = flows[flows["category"].isin(["wood", *kept])]
        frame = flows.groupby("category", as_index=False)["mass_t_per_year"].sum()
        table = release.table(Breakdown(frame, ["category"], flows, "mass_t_per_year"), "Par famille")
        said = {"keys": ["category"], "note": "Note.", "complete": True}
        once = release.reckoned(read, table, title="Une fois", **said)
        again = release.reckoned(read_both, once, table, title="Deux", **said)
        seen: Seen = {}
        for made in (once, again):
            # Read again, the note is said once.
            told = made.seen_by(release.viewer, seen).seen_by(release.viewer, {})
            page = told.html()
            assert "Aucune ligne" not in page and page.count("Note.") == 1
            lines = "Tiré des seules lignes diffusées à ce public\u00a0; dans les tableaux dont il est tiré, "
            lines += "1\u00a0ligne ne l'est pas."
            assert page.count(str(escape(lines))) == (audience == "partners")
            assert ("Rien n’en est diffusé à ce public." in page) == (not kept)
            assert told.silence == ("" if kept else "unread")
            assert told.frame["category"].tolist() == [*kept, *["wood"] * (audience == "internal")]
    # Of what nobody declared there is no line for anybody.
    none = release.reckoned(
        read,
        release.table(Breakdown(frame.head(0), ["category"], flows.head(0), "mass_t_per_year"), "Rien"),
        title="Vide",
        keys=["category"],
    )
    assert none.seen_by(release.viewer, {}).silence == "empty"


def read_both(frame: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    return read(frame)


SHARED = """
import pandas as pd
about = pd.DataFrame([{"territory": "Vallée =1+1", "reference_year": 2018}])
release.exchange_file("Fichier", flows=table, territory=release.summary(about, "Ici", ["territory"]))
"""


def test_the_command_writes_public_pages_and_says_where_the_file_is(small_study: Study) -> None:
    root = small_study.root
    write_notebook(root, "01_table", "table")
    refused(eit(root, "share", "essai"), "fichier d'échange", "05_territory_exchange")
    write_notebook(root, "05_territory_exchange", "table", SHARED)
    done = eit(root, "share", "essai")
    assert (done.returncode, done.stderr) == (0, "")
    path = "reports/essai/2018/public/echange/essai-2018-echange.zip"
    assert re.search(
        rf"Fichier d'échange\u00a0: {path} \(\d,\d\u00a0ko, licence etalab-2\.0\)\.$", done.stdout.strip()
    )
    # Of E5, who holds nearly all of the wood, no line tells; E7 refused and is not counted.
    flows = rows(members(root / path)["flows.csv"])
    assert sorted(row[0] for row in flows[1:]) == ["paper", "textile"]
    before = (root / path).read_bytes()
    assert eit(root, "share", "essai").returncode == 0 and (root / path).read_bytes() == before
    assert [record.audience for record in ReleaseLog(small_study).records()][-2:] == ["public", "public"]
    assert "aucun écart" in eit(root, "verify", "essai").stdout
    (root / path).write_bytes(b"x")
    assert "essai-2018-echange.zip diffère" in eit(root, "verify", "essai").stdout


# The six neighbours that ship.


def test_older_format_and_other_units_are_those_of_today_with_a_trace() -> None:
    found = read_territories(SAMPLE / "territoires", HERE)
    assert found.refused.empty and len(found.tables["territory"]) == 6
    assert found.tables["territory"]["territory"].str.endswith("(fictif)").all()
    old = found.tables["flows"].query("territory == 'Combe-Noire (fictif)'").set_index("category")
    assert old.loc["metal", ["mass_t_per_year", "recovered_percent"]].tolist() == [780.0, 95.0]
    kilograms = found.tables["flows"].query('territory == "Rives de l\'Oussière (fictif)"')
    assert kilograms.set_index("category").loc["plastic", "mass_t_per_year"] == 390.0
    assert set(found.converted["exchange_rule"].str.replace("\u00a0", " ")) == {
        "version 1 du format d'échange, lue selon ses en-têtes d'alors et rendue en version 2",
        "de « ratio » en « % »", "de « kg/an » en « t/an »",
    }  # fmt: skip
    assert all(path.stat().st_size < 10_000 for path in (SAMPLE / "territoires").iterdir())


def test_the_neighbours_are_what_their_generator_writes(tmp_path: Path) -> None:
    code = compile((SAMPLE / "neighbours.py").read_text("utf-8"), str(tmp_path / "neighbours.py"), "exec")
    shutil.copy(SAMPLE / "neighbours.csv", tmp_path)
    exec(code, {"__name__": "__main__", "__file__": str(tmp_path / "neighbours.py")})
    for path in (SAMPLE / "territoires").iterdir():
        assert (tmp_path / "territoires" / path.name).read_bytes() == path.read_bytes(), path.name


# What a stranger may send.

TERRITORY = "territory,reference_year,contact\nVoisin,2020,\n"
FUNNEL = "kind,status,n_synergies\nTotal,lead,10\nTotal,done,4\n"
FLOWS = "category,mass_t_per_year\nwood,12\n"


def package(tables: dict[str, str], **changes: object) -> dict[str, bytes]:
    resources = [{"name": name, "path": f"{name}.csv"} for name in tables]
    descriptor = {"name": "x", "eit_exchange": 2, "resources": resources} | changes
    texts = {"datapackage.json": json.dumps(descriptor), **{f"{n}.csv": t for n, t in tables.items()}}
    return {name: text.encode() for name, text in texts.items()}


def good(**tables: str) -> bytes:
    return zipped(package({"territory": TERRITORY, "funnel": FUNNEL} | tables))


def renamed(name: str) -> bytes:
    return zipped(package({"territory": TERRITORY}) | {name: b"x"})


def elsewhere(path: object) -> bytes:
    return zipped(package({"territory": TERRITORY}, resources=[{"name": "territory", "path": path}]))


def bomb() -> bytes:
    return zipped(package({"territory": TERRITORY}) | {"a.csv": b"0" * (60 << 20)})


def lying() -> bytes:
    """Says that a member is smaller than it is."""
    data = zipped(package({"territory": TERRITORY}) | {"a.csv": b"0" * (9 << 20)})
    return data.replace((9 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def descriptor(text: str) -> bytes:
    return zipped({"datapackage.json": text.encode(), "territory.csv": TERRITORY.encode()})


def encrypted() -> bytes:
    data = bytearray(good())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(sign)
        data[place + at] |= 1
    return bytes(data)


HOSTILE = {
    "empty": (b"", "abîmé"),
    "no zip": (b"%PDF-1.7 \x00\x01", "abîmé"),
    "cut": (good()[:-40], "abîmé"),
    "encrypted": (encrypted(), "abîmé"),
    "large": (b"PK\x03\x04" + b"0" * (2 << 20), "dépasse 1 Mo"),
    "bomb": (bomb(), "dépasserait 4 Mo"),
    "lying": (lying(), "abîmé"),
    "members": (zipped({f"m{i}.csv": b"" for i in range(1000)}), "plus de 40 fichiers"),
    "upward": (renamed("../../evil.csv"), "noms de fichiers inattendus"),
    "absolute": (renamed("/etc/passwd"), "noms de fichiers inattendus"),
    "backslash": (renamed("..\\evil.csv"), "noms de fichiers inattendus"),
    "nested": (renamed("inner.zip"), "noms de fichiers inattendus"),
    "no descriptor": (zipped({"territory.csv": TERRITORY.encode()}), "datapackage.json"),
    "deep": (descriptor('{"a":' * 5000 + "1" + "}" * 5000), "trop imbriqué"),
    "long": (descriptor(json.dumps({"a": "x" * 300_000})), "illisible, trop long"),
    "digits": (descriptor('{"eit_exchange": ' + "9" * 100_000 + "}"), "illisible"),
    "nan": (descriptor('{"eit_exchange": NaN}'), "illisible"),
    "list": (descriptor("[1, 2]"), "illisible"),
    "cut json": (descriptor('{"eit_exchange": 2, "resources": ['), "illisible"),
    "untold": (descriptor('{"name": "x", "resources": []}'), "de quelle version"),
    "true": (descriptor('{"eit_exchange": true, "resources": []}'), "de quelle version"),
    "future": (zipped(package({"territory": TERRITORY}, eit_exchange=3)), "mettez le programme à jour"),
    "no list": (zipped(package({"territory": TERRITORY}, resources={"a": 1})), "illisible"),
    "http": (elsewhere("https://exemple.fr/territory.csv"), "jamais suivi"),
    "file": (elsewhere("file:///etc/passwd"), "jamais suivi"),
    "outside": (elsewhere("../territory.csv"), "jamais suivi"),
    "many paths": (elsewhere(["territory.csv", "b.csv"]), "jamais suivi"),
    "no table": (zipped(package({"funnel": FUNNEL})), "il lui manque la table territory"),
    "no member": (elsewhere("absent.csv"), "« absent.csv », annoncée, n'y est pas"),
    "two rows": (good(territory=TERRITORY + "Autre,2020,\n"), "une ligne et une seule"),
    "no year": (good(territory="territory,reference_year\nVoisin,\n"), "colonne « reference_year »"),
    "year": (good(territory="territory,reference_year\nVoisin,20200\n"), "ce nombre est impossible"),
    "text": (good(flows=FLOWS.replace("12", "douze")), "« flows.csv », ligne 2, colonne « mass_t_per_year »"),
    "infinite": (good(flows=FLOWS.replace("12", "inf")), "ce n'est pas un nombre"),
    "not a number": (good(flows=FLOWS.replace("12", "NaN")), "ce n'est pas un nombre"),
    "huge": (good(flows=FLOWS.replace("12", "1e99")), "ce nombre est impossible"),
    "digits too": (good(flows=FLOWS.replace("12", "9" * 5000)), "ce n'est pas un nombre"),
    "negative": (good(flows=FLOWS.replace("12", "-12")), "ce nombre est impossible"),
    "half": (good(funnel=FUNNEL.replace("10", "10.5")), "ce nombre est impossible"),
    "code": (good(flows=FLOWS.replace("wood", "uranium")), "ce code est inconnu"),
    "twice": (good(flows=FLOWS + "wood,3\n"), "deux lignes pour la même chose"),
    "more done": (good(funnel=FUNNEL.replace("4", "40")), "plus de synergies réalisées que de pistes"),
    "width": (good(flows=FLOWS + "metal\n"), "pas autant de cases"),
    "no column": (good(flows="category\nwood\n"), "pas de colonne « mass_t_per_year »"),
    "quotes": (good(flows='category,mass_t_per_year\n"wo"od,1\n'), "pas un CSV lisible"),
    "cell": (good(flows=FLOWS.replace("wood", "w" * 200_000)), "pas un CSV lisible"),
    "lines": (good(flows=FLOWS + "metal,1\n" * 20_001), "plus de 20000 lignes"),
    "unit": (
        zipped(package({"territory": TERRITORY, "flows": FLOWS}, resources=[
            {"name": "territory", "path": "territory.csv"},
            {"name": "flows", "path": "flows.csv",
             "schema": {"fields": [{"name": "mass_t_per_year", "unit": "MWh"}]}},
        ])),
        "« MWh », qui ne se convertit pas en t/an",
    ),
    **{
        name: (
            zipped(package({"territory": TERRITORY, "flows": FLOWS}, resources=[
                {"name": "territory", "path": "territory.csv"},
                {"name": "flows", "path": "flows.csv", "schema": {"fields": [{"name": n} for n in fields]}},
            ])),
            "nomme des colonnes que la table « flows.csv » n'a pas dans cet ordre",
        )
        for name, fields in {
            "renamed": ["category", "tonnes"], "swapped": ["mass_t_per_year", "category"]
        }.items()
    },
    "year to come": (good(territory=TERRITORY.replace("2020", "2099")), "ce nombre est impossible"),
    "changed": (
        zipped(package({"territory": TERRITORY}, resources=[
            {"name": "territory", "path": "territory.csv", "hash": "sha256:" + "0" * 64},
        ])),
        "empreinte différente",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_sentence_and_the_others_are_read(name: str, tmp_path: Path) -> None:
    content, said = HOSTILE[name]
    (tmp_path / "hostile.zip").write_bytes(content)
    (tmp_path / "bon.zip").write_bytes(good())
    found = read_territories(tmp_path, HERE)
    assert found.tables["territory"]["territory"].tolist() == ["Voisin"]
    ((file, problem),) = found.refused.to_numpy().tolist()
    problem = problem.replace("\u00a0", " ")
    assert file == "hostile.zip" and said in problem and problem.endswith(".") and "\n" not in problem
    assert len(problem) < 400 and "Error" not in problem


def test_what_is_beside_the_archives_is_refused_and_a_folder_is_nothing(tmp_path: Path) -> None:
    assert read_territories(tmp_path / "absent").tables["territory"].empty
    (tmp_path / "notes.txt").write_text("bonjour")
    (tmp_path / ".hidden.zip").write_bytes(b"x")
    (tmp_path / "folder.zip").mkdir()
    found = read_territories(tmp_path)
    assert found.refused["exchange_file"].tolist() == ["notes.txt"]


def test_of_two_files_of_a_territory_the_later_is_read(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(good())
    (tmp_path / "a.zip").write_bytes(good(territory=TERRITORY.replace("2020", "2018")))
    found = read_territories(tmp_path)
    assert found.tables["territory"]["reference_year"].tolist() == [2020]
    assert (
        found.refused["exchange_file"].tolist() == ["a.zip"] and "(b.zip)" in found.refused["problem"].iloc[0]
    )


def test_texts_stay_texts_on_one_line(tmp_path: Path) -> None:
    name = "<script>alert(1)</script> $x$ [a](http://b) **c** {d}"
    text = f'territory,reference_year,contact\n"{name}",2020,"\'=1+1\n\u202eab{"c" * 500}"\n'
    (tmp_path / "x.zip").write_bytes(good(territory=text))
    row = read_territories(tmp_path).tables["territory"].iloc[0]
    assert row["territory"] == name  # the page escapes it, see below
    assert row["contact"].startswith("=1+1 ab") and len(row["contact"]) == 200
    assert harmless("=1+1\n\u202eab") == "'=1+1 ab" and harmless("Maison - Nord") == "Maison - Nord"


def test_a_hostile_name_is_inert_on_a_page_and_in_a_figure(tmp_path: Path) -> None:
    from functools import partial

    import eit_analysis as eit_package
    from eit_analysis.change import neighbours

    name = "<script>alert(1)</script> $x$ [a](http://b) **c** {d}"
    (tmp_path / "x.zip").write_bytes(
        good(territory=f'territory,reference_year,contact\n"{name}",2020,"<b>"\n')
    )
    (tmp_path / "y.zip").write_bytes(good())
    others = read_territories(tmp_path).tables["funnel"]
    release = Release(eit_package.open_study("thur-doller", root=SAMPLE.parents[2]), "internal", page="essai")
    own = release.summary(others.iloc[:2].drop(columns="territory"), "Étapes", ["kind", "status"])
    table = release.reckoned(
        partial(neighbours.rates, others=others, here=HERE), own, title="Parts", keys=["territory"]
    )
    standing = release.reckoned(
        partial(neighbours.standing, here=HERE), table, title="Place", keys=["standing"]
    )
    drawn = {"value": "pooled_percent", "interval": True, "raw": "share_percent", "own": "rate_difference"}
    figure = release.figure(eit_package.figures.shrinkage, table, "Parts", **drawn)
    text = release.text("Comparés : {names}.", names=standing.value("others", "territory"))
    page = "".join(str(block.seen_by(release.viewer, {}).html()) for block in (table, figure, text))
    assert "<script" not in page and page.count("&lt;script&gt;") >= 3
    assert 'href="http' not in page and "<strong>c" not in page and "$x$" in page and "{d}" in page
