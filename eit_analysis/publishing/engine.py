"""A papermill engine that runs a notebook in this process, and the one rule on what its cells may show.

Starting a kernel and importing pandas and matplotlib again costs more than most of our notebooks. A
worker that was forked after the imports runs the cells in an IPython shell of its own; the notebooks also
run unchanged on an ordinary kernel (JupyterLab, nbval, the papermill command).
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import papermill
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets import Type
from traitlets.config import Config

from eit_analysis.errors import DisclosureError
from eit_analysis.publishing.release.released import Released
from eit_analysis.reference import sentence

MIME = "application/vnd.eit.release+json"
NAME = "eit-in-process"
Block = str | Released


class Hook(DisplayHook):
    """The value of a cell's last expression goes where displayed things go."""

    def __call__(self, result: Any = None) -> None:
        if result is not None and self.shell is not None:
            self.shell.display_pub.publish(*self.compute_format_data(result))


class Shell(InteractiveShell):
    """An IPython shell that keeps what its cells display: released things themselves, the rest as output."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(CapturingDisplayPublisher)

    def init_display_formatter(self) -> None:
        super().init_display_formatter()
        assert self.display_formatter is not None
        # Not what JupyterLab shows: a preview protects each table by itself, and the page is drawn later.
        self.display_formatter.active_types = ["text/plain"]
        self.shown: list[Released] = []
        self.display_formatter.mimebundle_formatter.for_type(Released, self._keep)

    def _keep(self, thing: Released, **_: Any) -> dict[str, Any]:
        self.shown.append(thing)
        return {MIME: {"id": len(self.shown) - 1}, "text/plain": "(page)"}


class InProcessEngine(Engine):
    """Runs each code cell in one fresh IPython shell and keeps what it displays."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, shown: list[Released], **_: Any
    ) -> None:
        Shell.clear_instance()
        # No history: two workers would fight over its database, and answers do not belong in it.
        shell: Any = Shell.instance(config=Config(HistoryManager={"enabled": False}))
        shell.shown = shown
        try:
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code":
                    continue
                nb_man.cell_start(cell, index)
                outputs = shell.display_pub.outputs = []
                with capture_output(display=False) as captured:
                    result = shell.run_cell(cell.source)
                cell.outputs = [new_output("display_data", data=output["data"]) for output in outputs]
                if result.success and captured.stdout:
                    cell.outputs.append(new_output("stream", name="stdout", text=captured.stdout))
                nb_man.cell_complete(cell, index)
                error = result.error_before_exec or result.error_in_exec
                if error is not None:
                    nb_man.cell_exception(cell, index)
                    error.add_note(f"cellule de code {_places(nb_man.nb)[index]}")
                    raise error
        finally:
            shell.history_manager.end_session()
            Shell.clear_instance()


papermill_engines.register(NAME, InProcessEngine)


def execute(notebook: str, parameters: dict[str, Any]) -> list[Block]:
    """Run a notebook, with values for its parameters cell; its prose and what it released, in order.

    Returns
    -------
    list
        Markdown source (str) and :class:`~eit_analysis.publishing.release.released.Released` objects.

    Raises
    ------
    DisclosureError
        When a cell shows anything that did not pass through the release gate, or what was released for
        another audience than that of the run.
    """
    shown: list[Released] = []
    document = papermill.execute_notebook(
        notebook,
        None,
        parameters,
        engine_name=NAME,
        shown=shown,
        progress_bar=False,
        kernel_name="python3",
        language="python",
    )
    blocks: list[Block] = []
    for cell, place in zip(document.cells, _places(document), strict=True):
        if cell.cell_type == "markdown":
            blocks.append(cell.source)
        elif cell.cell_type == "code":
            blocks.extend(_released(output, place, shown) for output in cell.outputs)
    for block in blocks:
        if isinstance(block, Released) and block.viewer.audience != parameters.get("audience"):
            raise DisclosureError(sentence("notebook_audience", audience=block.viewer.audience))
    return blocks


def _places(document: Any) -> list[int]:
    """For each cell, how many code cells its author counts up to it: papermill adds one of its own."""
    own = [c.cell_type == "code" and "injected-parameters" not in c.metadata.tags for c in document.cells]
    return list(accumulate(own))


def _released(output: Any, position: int, shown: list[Released]) -> Released:
    stamp = output.get("data", {}).get(MIME)
    if isinstance(stamp, dict) and isinstance(stamp.get("id"), int) and 0 <= stamp["id"] < len(shown):
        return shown[stamp["id"]]
    kind = "du texte" if output["output_type"] == "stream" else "un résultat"
    raise DisclosureError(sentence("cell_not_released", cell=position, kind=kind))
