"""Shared fixtures: a study without any file, and a small cleaned one, each in a folder of its own.

The verdict must not depend on the machine or the day: hypothesis tries the same examples each time, however
long they take, and kernels that run side by side share no port. ``make search`` tries other examples.
"""

from __future__ import annotations

import gc
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import nbval.kernel
import pandas as pd
import pytest
from browser import Browser, opened
from command import SAMPLE, eit, eit_process, publish, raw_project
from filelock import FileLock
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from small_pages import empty_study, filled

from eit_analysis.intake.reading import child
from eit_analysis.intake.sheets import workbook
from eit_analysis.study import Study, open_study

if TYPE_CHECKING:
    from eit_analysis.synergies.assessment import Assessment

ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", ANY_SPEED, derandomize=True, database=None)
settings.register_profile("search", ANY_SPEED, print_blob=True)
settings.load_profile("same")

# A tenth of the time went into looking for circles among all that the tests have imported.
gc.set_threshold(20_000, 20, 50)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


# A TCP port found free may be taken before the kernel opens it; a socket in a folder of its own may not.
SOCKETS = TemporaryDirectory()
nbval.kernel.KernelManager = partial(nbval.kernel.KernelManager, transport="ipc", ip=f"{SOCKETS.name}/kernel")

AUDIENCES = ("internal", "partners", "public", "company:E12")
# Begun last, one of these, or a notebook, would be all that is left on one core. The first has the sample
# study published, which takes both; once the second is done, the others need not wait for its pages.
LONG = (
    "test_pages", "test_attack_random", "test_notebooks", "test_accessibility", "test_other_territory",
    "02_synergy_scoring", "test_cli_runs", "test_withdrawal", "test_versions", "test_intake_cleaning",
    "test_employment_registers_report", "test_intake_registers_real", "test_intake_order",
    "test_flows_gross_errors", "test_hostile_texts", "test_change_report_by_hand", "test_synergies_utilities",
    "test_synergies_pooling_best_part", "test_outlets_ranking", "test_attack_published",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> tuple[int, bool]:
        file = item.path
        return LONG.index(file.stem) if file.stem in LONG else len(LONG), file.suffix != ".ipynb"

    items.sort(key=place)


def pytest_sessionstart() -> None:
    """Hypothesis would also try the constants of the modules imported so far, by whatever test ran before.

    Texts are kept as a run keeps them to make its pages, which takes a third less time with small tables;
    a type that pandera has once looked up is kept, so that one process keeps one kind of text.
    """
    if settings.default.derandomize:
        pytest.MonkeyPatch().setattr(providers, "_get_local_constants", providers.Constants)
        pd.set_option("mode.string_storage", "python")
    pytest.MonkeyPatch().setattr(child, "limit_memory", lambda parsed: None)  # that of this process
    pytest.MonkeyPatch().setattr(workbook, "_read_by_child", _read_here)


IN_A_CHILD = workbook._read_by_child


def _read_here(paths: list[Path], seconds: float) -> Iterator[dict[str, Any]]:
    """Workbooks opened in this process: to start another takes half the time of cleaning a small wave."""
    for path in paths:
        yield pickle.loads(pickle.dumps(child.read(path)))


@pytest.fixture(scope="module")
def reading_process() -> Iterator[None]:
    """Workbooks opened in a process of their own all the same, as in any run of the command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "_read_by_child", IN_A_CHILD)
        yield


def shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Path]) -> Path:
    """A folder to be read, not written: whichever process of the tests needs it first makes it, for all."""
    mine = factory.getbasetemp()
    made = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / name
    with FileLock(f"{made}.lock"):
        if not made.exists():
            made.symlink_to(make(factory.mktemp("shared")))
    return made.resolve()


@pytest.fixture(scope="session")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with both waves of the sample study, cleaned."""

    def make(folder: Path) -> Path:
        folder = raw_project(folder)
        # In a process of its own: with the texts of `pytest_sessionstart`, other bytes are written.
        done = eit_process(folder, "clean", "thur-doller", "--wave", "2015", "--wave", "2018")
        assert done.returncode == 0, done.stderr
        return folder

    return shared(tmp_path_factory, "cleaned", make)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, cleaned: Path) -> Path:
    """The same with every page for each of the audiences."""

    def make(folder: Path) -> Path:
        folder = shutil.copytree(cleaned, folder / "essai été" / "mon projet")
        for name, file in (("sirene", "sirene_fictif.csv"), ("outlets", "exutoires_fictifs.csv")):
            assert eit(folder, "import", name, str(SAMPLE / file), "thur-doller").returncode == 0
        publish(folder, *AUDIENCES)
        return folder

    return shared(tmp_path_factory, "published", make)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests of a process."""
    with opened() as found:
        yield found


@pytest.fixture(scope="session")
def assessment() -> Assessment:
    """The synergies of the sample study, as ``make data`` cleaned it."""
    from eit_analysis.synergies.assessment import Assessment

    study = open_study("thur-doller", root=Path(__file__).resolve().parents[1])
    if not study.has("flows"):
        pytest.skip("the sample study is not cleaned (make data)")
    tables = (study.load(name) for name in ("flows", "sites", "readiness"))
    return Assessment(*tables, study.settings, study.load("synergy_register"))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A study of one wave, 2018, which has received nothing yet."""
    return empty_study(tmp_path)


@pytest.fixture
def small_study(study: Study) -> Study:
    """Eight actors, three families of flows; E7 refused all diffusion, E5 and E6 accept aggregates only."""
    return filled(study)
