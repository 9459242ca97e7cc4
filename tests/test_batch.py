"""Many studies: what fails is explained and stops nobody, what is finished is left alone."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import dask
import pytest
from command import SITE, eit, refused, workbook
from distributed import Client, LocalCluster
from distributed.comm import CommClosedError
from small_pages import CONFIG, write_notebook
from stdnum import luhn

from eit_analysis.batch import cluster, one_study, process
from eit_analysis.batch.cluster import make_all
from eit_analysis.batch.finished import is_clean
from eit_analysis.batch.order import Order
from eit_analysis.batch.pages import explain, write_index
from eit_analysis.batch.process import make_apart
from eit_analysis.errors import InputError, UsageError
from eit_analysis.publishing.index_log import IndexLog
from eit_analysis.publishing.publish import publish
from eit_analysis.publishing.release.statements import NOTHING
from eit_analysis.publishing.version import program_digest
from eit_analysis.study import open_study


def siret_of(firm: int, site: int) -> str:
    siren = f"{firm:08}" + luhn.calc_check_digit(f"{firm:08}")
    return f"{siren}{site:04}" + luhn.calc_check_digit(f"{siren}{site:04}")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Dask's profiler holds a lock of Python 3.11 that a process forked meanwhile waits for without end."""
    with dask.config.set(cluster.QUIET):
        yield


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Three studies of three names, one of them with settings that nobody can read.

    Of their firms the first has a site in each, the second one site that all list.
    """
    for number, study in enumerate(("amont", "aval", "source")):
        names = [
            [f"E{i:02}", f"Atelier {i}", 30 + i + number, "entreprise", "agrégée", siret]
            for i, siret in enumerate((siret_of(1, number), siret_of(2, 1), siret_of(10 + number, 1)), 1)
        ]
        raw = tmp_path / "data" / "raw" / study
        workbook(raw / "2018" / "acteurs.xlsx", {"Entreprise": [[*SITE, "SIRET"], *names]})
        (raw / "study.toml").write_text(CONFIG, encoding="utf-8")
    (raw / "study.toml").write_text("title = ", encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    write_notebook(tmp_path, "01_essai", "table")
    return tmp_path


def order(project: Path, name: str, *waves: str) -> Order:
    return Order(project, name, waves, ("internal",), program_digest())


def written(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for part in ("data/processed", "data/releases", "reports")
        for path in (folder / part).rglob("*")
        if path.is_file()
    }


def test_what_is_finished_is_left_alone_and_what_changed_is_made(project: Path) -> None:
    said: list[str] = []
    assert one_study.make(order(project, "amont"), said.append) == ([], 2)
    before = written(project)
    assert one_study.make(order(project, "amont"), said.append) == ([], 0)
    assert {name: content for name, content in written(project).items() if ".cleaned" not in name} == {
        name: content for name, content in before.items() if ".cleaned" not in name
    }
    settings = project / "data" / "raw" / "amont" / "study.toml"
    settings.write_text(CONFIG.replace("Vallée", "Pays"), encoding="utf-8")
    assert one_study.make(order(project, "amont"), said.append) == ([], 2)
    table = project / "data" / "processed" / "amont" / "2018" / "sites.parquet"
    table.write_bytes(table.read_bytes()[:-1])  # harmed: cleaned again, to the same bytes and pages
    assert one_study.make(order(project, "amont"), said.append) == ([], 1)
    # How a stranger's layout is read stands beside the waves: once it is confirmed, tables may be others.
    study = open_study("amont", root=project)
    assert is_clean(study)
    (study.raw.parent / "mappings.toml").write_text("# relu", encoding="utf-8")
    assert not is_clean(study)


def test_waves_are_the_last_those_named_or_all(project: Path) -> None:
    (project / "data" / "raw" / "amont" / "2015").mkdir()
    study = open_study("amont", root=project)
    assert one_study.asked_waves(study, ()) == ["2018"]
    assert one_study.asked_waves(study, ("2015", "2020")) == ["2015"]
    assert one_study.asked_waves(study, ("toutes",)) == ["2015", "2018"]
    with pytest.raises(UsageError, match="aucune des vagues demandées"):
        one_study.asked_waves(study, ("2020",))


def test_a_broken_study_is_explained_and_stops_no_other(project: Path) -> None:
    orders = [order(project, name) for name in ("amont", "aval", "source")]
    orders[1] = replace(orders[1], audiences=("internal", "public"))
    with Client(
        processes=False, n_workers=1, threads_per_worker=2, dashboard_address="127.0.0.1:0"
    ) as client:
        outcomes = {
            one.order.name: one
            for one in make_all(orders, client, lambda items, total, words: items, pytest.fail)
        }
    assert [outcomes[name].steps for name in ("amont", "aval", "source")] == [2, 3, 0]
    for outcome in outcomes.values():
        explain(outcome)
    reason = (project / "reports" / "source.echec.html").read_text(encoding="utf-8")
    assert "study.toml" in reason
    assert str(project) not in reason
    assert "<code>eit batch source --audience internal</code>" in reason  # what to type once it is mended
    assert not (project / "reports" / "amont.echec.html").exists()
    index = write_index(project).read_text(encoding="utf-8")
    # Who made a study says where it stands, as its tables do.
    standings = {name: outcome.standing for name, outcome in outcomes.items()}
    assert standings["amont"] and not standings["source"]
    assert write_index(project, standings=standings).read_text(encoding="utf-8") == index
    assert 'href="source.echec.html"' in index
    # Why it has no table is said once: what made it fail, not the file that lacks for it.
    assert "3 études, 1 à reprendre (1 illisible)" in index.replace("\u00a0", " ") and ".parquet" not in index
    assert 'href="amont/2018/internal/index.html"' in index
    assert "4 entreprises différentes" in index.replace("\u00a0", " ")
    assert re.search(r"amont</a> et <a [^>]+>aval</a>\s*:\s*1<", index)  # establishments in common
    # To the public that of the studies which have pages for it, without what the team still has to do.
    public = (project / "reports" / "index-public.html").read_text(encoding="utf-8")
    assert 'href="aval/2018/public/index.html"' in public
    assert not re.search(r"amont|source|internal", public)
    # Of three firms; in words that tell no number.
    assert re.search(
        "il reste à obtenir des flux[^<]* ; à commencer à remplir le registre", public.replace("\u00a0", " ")
    )
    assert not re.search(r"déclare, sur|\bpistes?, sur", public)
    # Beyond its memory a study is killed with all that it started, and that is what is said of it.
    settings = project / "data" / "raw" / "amont" / "study.toml"
    settings.write_text(CONFIG.replace("Vallée", "Pays"), encoding="utf-8")
    killed = make_apart(order(project, "amont"), most_bytes=1)
    assert killed.killed
    assert "mémoire" in killed.failed[0]
    assert "Échec" in killed.order.log.read_text(encoding="utf-8")


def test_without_a_worker_it_says_so_and_waits_and_what_one_has_no_memory_for_is_made_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, said = [], []

    def bar(items, total, words):
        asked.append((words, total))
        return items

    def say(line: str) -> None:
        said.append(line)
        machine.scale(1)

    small = {"processes": False, "n_workers": 0, "threads_per_worker": 1, "memory_limit": "1 MB"}
    monkeypatch.setattr(cluster, "PATIENCE_S", 0.1)
    with (
        LocalCluster(**small, dashboard_address="127.0.0.1:0") as machine,
        Client(machine) as client,
    ):
        with monkeypatch.context() as memory:
            memory.setattr(cluster, "MEMORY_LIMIT", 1 << 20)
            memory.setattr(process, "LOOK_EVERY_S", 0.01)  # before so small a study has ended
            (outcome,) = make_all([order(project, "amont")], client, bar, say)
        assert outcome.killed and "1\u00a0Mo" in outcome.failed[0]
        (outcome,) = make_all([order(project, "amont")], client, bar, say)
    assert (outcome.failed, outcome.killed) == ([], False)  # what was done before the kill is no step
    assert (project / "reports" / "amont" / "2018" / "internal" / "index.html").is_file()
    assert asked == [("Études", 1), ("Seules", 1)] * 2
    (line,) = said  # once, and not while a worker works
    assert "Aucun travailleur" in line and machine.scheduler_address in line


def test_an_index_for_others_says_that_one_of_its_studies_has_changed(project: Path) -> None:
    """It counts whom the study counted; the page of the team goes on leading to it."""
    to_all = replace(order(project, "amont"), audiences=("internal", "public"))
    assert one_study.make(to_all, [].append) == ([], 3)
    index, public = write_index(project), project / "reports" / "index-public.html"
    assert 'href="amont/2018/public/index.html"' in public.read_text(encoding="utf-8")
    done = eit(project, "run", "amont")
    assert done.returncode == 0, done.stderr
    assert 'href="index-public.html"' in index.read_text(encoding="utf-8")
    page = public.read_text(encoding="utf-8")
    assert "a été refaite depuis" in page and "href=" not in page.split("<main")[1]
    assert "tout public" in page.replace("\u00a0", " ")


def test_no_tonnes_go_out_while_a_study_that_told_something_cannot_be_read(project: Path) -> None:
    for name in ("amont", "aval"):
        one_study.make(replace(order(project, name), audiences=("public",)), [].append)
    public, unsaid = project / "reports" / "index-public.html", "ne pouvant être relus"
    write_index(project)
    before = public.read_bytes()
    assert unsaid not in before.decode()
    write_index(project)
    assert public.read_bytes() == before  # what it told itself changes nothing
    shutil.rmtree(project / "data" / "raw" / "aval")
    write_index(project)
    assert unsaid in public.read_text(encoding="utf-8")
    (project / "data" / "releases" / "indexes.parquet").write_bytes(b"PAR1")
    write_index(project)
    assert unsaid in public.read_text(encoding="utf-8")


def test_pages_are_not_put_beside_an_index_that_was_made_meanwhile(project: Path) -> None:
    """Neither of them would have been audited with the other."""
    assert one_study.make(replace(order(project, "amont"), audiences=("public",)), [].append)[0] == []
    study, pages = open_study("amont", root=project), project / "reports" / "amont"
    before = written(pages)

    def meanwhile(items, *_):
        IndexLog(project).add(NOTHING, [])
        return items

    with pytest.raises(InputError, match="pendant le calcul"):
        publish(study, ["public"], [], {}, 1, meanwhile, [].append)
    assert written(pages) == before
    assert publish(study, ["public"], [], {}, 1, lambda items, *_: items, [].append) == []


def test_who_stops_a_batch_hears_so_and_the_shell_too(project: Path) -> None:
    command = [sys.executable, "-m", "eit_analysis", "batch", "--jobs", "1"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # what runs in the background ignores it
    with subprocess.Popen(
        command, cwd=project, stderr=subprocess.PIPE, text=True, preexec_fn=heard
    ) as process:
        lines = iter(process.stderr)
        assert next(lines).startswith("1 sur 3")  # no terminal: a line each time one ends
        process.send_signal(signal.SIGINT)
        assert "Interrompu" in "".join(lines)
    assert process.returncode == 130


def test_a_scheduler_that_is_not_there_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE_S", 0.3)
    refused(eit(project, "batch", "--scheduler", "tcp://127.0.0.1:1"), "ordonnanceur", "tcp://127.0.0.1:1")
    refused(eit(project, "batch", "--scheduler", "n'importe quoi"), "ordonnanceur")
    idle = {"processes": False, "n_workers": 0, "dashboard_address": "127.0.0.1:0"}
    with (
        LocalCluster(**idle) as alone,
        pytest.raises(UsageError, match="s'est arrêté"),
        cluster.workers(alone.scheduler_address, 1),
    ):
        raise CommClosedError  # as whatever asks a scheduler that is gone


def test_what_cannot_be_asked_is_refused_before_anything_starts(project: Path) -> None:
    refused(eit(project, "batch", "amont", "nulle-part"), "nulle-part", "source")
    refused(eit(project, "batch", "--jobs", "0"), "--jobs")
    (project / "vide" / "data" / "raw").mkdir(parents=True)
    refused(eit(project / "vide", "batch"), "aucune étude", "eit new")
    refused(eit(project, "batch", "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"), "--scheduler")


def test_a_wave_that_no_study_has_is_refused_before_any_work(project: Path) -> None:
    """A study named after --waves is taken for one."""
    done = eit(project, "batch", "--waves", "2018", "no-study")
    assert done.returncode == 2 and "no-study" in done.stderr and "--waves" in done.stderr
    assert not (project / "data" / "batch").exists()


def test_an_audience_that_is_none_is_refused_and_no_study_has_failed(project: Path) -> None:
    done = eit(project, "batch", "--audience", "partenaires")
    assert done.returncode == 2 and "partenaires" in done.stderr
    assert not list((project / "reports").glob("*.echec.html"))
