"""Whole versions: one fingerprint, swapped at once, whatever kills the run or fails in it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from command import Done, eit, refused
from small_pages import (
    SHEETS,
    die,
    empty_study,
    filled,
    fingerprints,
    in_a_child,
    texts,
    two_waves,
    write_notebook,
)

from eit_analysis.cli import main
from eit_analysis.publishing import publish, report, swap
from eit_analysis.publishing.release_log import Record, ReleaseLog
from eit_analysis.publishing.report import protect_together
from eit_analysis.study import Study, open_study

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


BOTH = ("--audience", "internal", "--audience", "partners")


@pytest.fixture
def waves(small_study: Study) -> Study:
    return two_waves(small_study)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both notebooks published to the team and the partners; to be copied."""
    study = two_waves(filled(empty_study(tmp_path_factory.mktemp("first"))))
    done = eit(study.root, "run", "essai", *BOTH)
    assert (done.returncode, done.stderr) == (0, "")
    return study.root


@pytest.fixture
def published_once(first_run: Path, tmp_path: Path) -> Study:
    return open_study("essai", root=shutil.copytree(first_run, tmp_path / "essai"))


def test_every_page_of_a_run_has_one_fingerprint(published_once: Study) -> None:
    waves = published_once
    found = {fp for audience in ("internal", "partners") for fp in fingerprints(waves.reports(audience))}
    assert len(found) == 1
    assert "fiches/02_liste-E1.html" in texts(waves.reports("partners"))
    # A parameter, a table, a notebook: each makes another version.
    for change in (["-p", "rows=6"], [], ["--notebook", "01_table"]):
        if not change:
            write_notebook(waves.root, "02_liste", SHEETS)
        if change[:1] == ["--notebook"]:
            (waves.processed / "quarantine.csv").write_text("autre", encoding="utf-8")
        assert eit(waves.root, "run", "essai", *change).returncode == 0
        pages = texts(waves.reports("internal"))
        assert ("rows = 6" in pages["01_table.html"]) == (change[:1] == ["-p"])
        (fingerprint,) = fingerprints(waves.reports("internal"))
        assert fingerprint not in found
        found.add(fingerprint)


@FORKS
def test_a_worker_that_is_killed_takes_no_other_page_along(waves: Study) -> None:
    kill = "os.kill(os.getpid(), 9)"
    mark = "import os, pathlib\nmark = pathlib.Path('seen')\nnew = not mark.exists()\nmark.touch()"
    once = f"{mark}\n{kill} if new else table"
    write_notebook(waves.root, "03_une_fois", once)
    # Not before the other has left its mark: it would be killed with its pool, and then once more by itself.
    wait = "import os, pathlib, time\nfor _ in range(200):\n    "
    wait += "pathlib.Path('seen').exists() or time.sleep(0.05)"
    write_notebook(waves.root, "04_toujours", f"{wait}\n{kill}")
    done = eit(waves.root, "run", "essai")
    assert done.returncode == 1
    (failed,) = done.stderr.strip().splitlines()
    assert "04_toujours" in failed and "deux fois" in failed and "mémoire" in failed
    pages = texts(waves.reports("internal"))
    assert "<table" in pages["03_une_fois.html"] and "<table" in pages["01_table.html"]
    assert any("deux fois" in page for name, page in pages.items() if name.startswith("04_toujours"))


def test_pages_not_asked_for_are_carried_over_where_they_would_be_the_same(published_once: Study) -> None:
    waves, folder = published_once, published_once.reports("internal")
    for page in ("01_table", "02_liste"):
        path = folder / f"{page}.html"
        path.write_text(path.read_text(encoding="utf-8").replace("<h1>", "<h1>Ancienne "), encoding="utf-8")
    assert eit(waves.root, "run", "essai", "--notebook", "01_table", "-p", "rows=7").returncode == 0
    pages = texts(folder)
    assert "Ancienne" not in pages["01_table.html"]
    assert "Ancienne" in pages["02_liste.html"]
    assert "fiches/02_liste-E7.html" in pages
    assert len(fingerprints(folder)) == 1
    # The other way round, 01 was made with other parameters than those of this run.
    assert eit(waves.root, "run", "essai", "--notebook", "02_liste").returncode == 0
    assert "Ancienne" not in "".join(texts(folder).values())
    assert len(fingerprints(folder)) == 1


def test_a_firm_pays_no_audit_of_what_the_log_holds_and_reads_the_same(
    waves: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    audited: list[object] = []

    def counting(audiences: list, earlier: Sequence, reader: str | None) -> pd.DataFrame:
        audited.append(audiences)
        return protect_together(audiences, earlier, reader)

    monkeypatch.setattr(report, "protect_together", counting)
    monkeypatch.chdir(waves.root)

    def run(audience: str) -> int:
        before = len(audited)
        assert main(["run", "essai", "--audience", audience]) == 0
        return len(audited) - before

    # What all may read is found for the firm alone, the first time; then it is in the log.
    assert run("company:E1") == 2
    cold = texts(waves.reports("company:E1"))
    shutil.rmtree(waves.root / "data" / "releases")
    shutil.rmtree(waves.root / "reports")
    assert (run("partners"), run("company:E1")) == (1, 1)
    assert texts(waves.reports("company:E1")) == cold
    # Of another version it says nothing.
    write_notebook(waves.root, "02_liste", SHEETS)
    assert run("company:E1") == 2


def test_a_page_that_fails_stays_with_its_tables_and_sheets_and_says_its_date(published_once: Study) -> None:
    waves, arguments = published_once, ("run", "essai", "--audience", "partners")
    folder = waves.reports("partners")
    before = texts(folder)
    write_notebook(waves.root, "02_liste", "1 / 0")
    assert eit(waves.root, *arguments).returncode == 1
    after = texts(folder)
    assert set(before) | {"02_liste.echec.html"} == set(after)
    for name in before:
        if "02_liste" in name and name.endswith(".html"):
            assert "Cette page date du <time" in after[name]
        elif "02_liste" in name:
            assert after[name] == before[name]
    assert "Le dernier rapport valable" in after["index.html"]
    # Nobody has changed its mind, but partners may no longer read names.
    settings = waves.root / "data" / "raw" / "essai" / "study.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "[audiences.partners]\nnamed = false\n", "utf-8"
    )
    assert eit(waves.root, *arguments).returncode == 1
    made = {"01_table.html", "02_liste.echec.html", "index.html", "essai-2018-partners.zip"}
    assert set(texts(folder)) == made | {name for name in before if "tables/01" in name}


@pytest.mark.parametrize(
    ("rules", "stays"),
    [
        ("minimum_units = 4", False),
        ("maximum_share = 0.5", False),
        ("minimum_people = 6\nmaximum_share = 0.9", False),
        ("minimum_units = 2\nminimum_people = 1\nmaximum_share = 0.9", True),
    ],
)
def test_a_page_that_fails_stays_unless_the_rules_of_disclosure_are_stricter_now(
    published_once: Study, rules: str, stays: bool
) -> None:
    waves, arguments = published_once, ("run", "essai", *BOTH)
    settings = waves.root / "data" / "raw" / "essai" / "study.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + f"[disclosure]\n{rules}\n", encoding="utf-8")
    write_notebook(waves.root, "01_table", "1 / 0")
    for _ in range(2):
        assert eit(waves.root, *arguments).returncode == 1
        pages = texts(waves.reports("partners"))
        assert "01_table.echec.html" in pages and "02_liste.html" in pages
        assert ("01_table.html" in pages) == stays
        assert any(name.startswith("tables/01_table") for name in pages) == stays
        assert "01_table.html" in texts(waves.reports("internal"))


def folder_of(version: str) -> dict[str, bytes]:
    pages = {f"{i:02}_page.html": version.encode() * 5000 for i in range(6)}
    return pages | {"tables/a.csv": version.encode(), "index.html": f"index {version}".encode()}


def put(study: Study, version: str) -> int:
    place, log = study.reports("public"), ReleaseLog(study)
    swap.write_beside(place, folder_of(version))
    log.wait(record := Record(study.wave, "public", date.today().isoformat(), version))
    swap.put_in_place(place)
    log.confirm(record)
    return 0


def whole(study: Study) -> str:
    """The version in place after a restart, which must be one and the last of the log."""
    publish.end_what_was_begun(study, log := ReleaseLog(study))
    place = study.reports("public")
    found = {
        path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()
    }
    version = found["index.html"].decode().removeprefix("index ")
    assert found == folder_of(version)
    assert [path.name for path in place.parent.iterdir()] == ["public"]
    assert not log.waiting()
    assert log.records()[-1].fingerprint == version
    return version


@FORKS
@pytest.mark.parametrize("atomic", [True, False])
def test_a_kill_between_any_two_steps_leaves_one_whole_version(
    small_study: Study, monkeypatch: pytest.MonkeyPatch, atomic: bool
) -> None:
    if not atomic:
        monkeypatch.setattr(swap, "_exchange", lambda *_: False)
    put(small_study, "v0")
    seen = set()
    real = {name: getattr(os, name) for name in ("replace", "rename", "rmdir", "unlink", "fsync")}
    for step in range(200):

        def killed(step: int = step) -> int:
            left = step

            def counting(name: str):
                def call(*arguments, **options):
                    nonlocal left
                    if left == 0:
                        die()
                    left -= 1
                    return real[name](*arguments, **options)

                return call

            for name in real:
                setattr(os, name, counting(name))
            return put(small_study, f"v{step + 1}")

        code = in_a_child(killed)
        seen.add(whole(small_study) == f"v{step + 1}")
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert code == 0 and step > 20
    assert seen == {True, False}


@FORKS
def test_a_kill_at_any_moment_leaves_one_whole_version(small_study: Study) -> None:
    put(small_study, "v0")
    for turn in range(1, 13):
        child = os.fork()
        if child == 0:
            for again in range(1000):
                put(small_study, f"v{turn}-{again}")
            os._exit(0)
        time.sleep(0.01 + 0.007 * turn)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        whole(small_study)


def limited(folder: Path, size: int, *arguments: str) -> Done:
    """The command where no file may grow beyond a size: the system refuses to go on as on a full disk."""
    said = folder / "said.txt"

    def work() -> int:
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        done = eit(folder, *arguments)
        said.write_text(done.stderr, encoding="utf-8")
        return done.returncode

    code = in_a_child(work)
    return Done(arguments, code, "", said.read_text(encoding="utf-8"))


@FORKS
def test_a_full_disk_is_told_with_file_and_remedy_and_changes_nothing(published_once: Study) -> None:
    waves = published_once
    write_notebook(waves.root, "01_table", "table", "release.text('Un mot de plus.')")
    before = texts(waves.root / "reports"), texts(waves.root / "data" / "releases")
    refused(limited(waves.root, 5000, "run", "essai"), ".html", "la place manque sur le disque", "intact")
    assert before == (texts(waves.root / "reports"), texts(waves.root / "data" / "releases"))


@pytest.mark.parametrize("harm", ["vanished", "truncated", "manifest"])
def test_a_damaged_table_is_refused_and_the_pages_stay(waves: Study, harm: str) -> None:
    assert eit(waves.root, "run", "essai", "--audience", "partners").returncode == 0
    before = texts(waves.root / "reports")
    path = waves.processed / ("manifest.json" if harm == "manifest" else "flows.parquet")
    content = path.read_bytes()
    path.unlink()
    if harm != "vanished":
        path.write_bytes(content[: len(content) // 2])
    refused(eit(waves.root, "run", "essai"), path.name, "eit clean")
    assert before == texts(waves.root / "reports")


@FORKS
def test_the_workers_of_a_killed_run_do_not_outlive_it(waves: Study) -> None:
    mark = waves.root / "workers"
    wait = f"import os, pathlib, time; pathlib.Path({str(mark)!r}, str(os.getpid())).touch(); time.sleep(60)"
    mark.mkdir()
    for name in ("01_table", "02_liste"):
        write_notebook(waves.root, name, wait)
    child = os.fork()
    if child == 0:
        eit(waves.root, "run", "essai")
        os._exit(0)
    while len(list(mark.iterdir())) < 2:
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    deadline = time.monotonic() + 5
    while any(Path("/proc", path.name).exists() for path in mark.iterdir()):
        assert time.monotonic() < deadline, "orphans"
        time.sleep(0.02)
