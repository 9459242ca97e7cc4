"""Studies shared out among the workers of a Dask cluster: one of this machine, or one that is there.

The longest first, so that no worker ends alone with one. A study whose process was killed, or whose worker
was, is made once more with nothing else beside it; if that is killed too, its outcome says so. Without any
worker, be it none yet or none any more, it says so and waits for one: a queue may start it later.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import dask
from distributed import CancelledError, Client, Future, LocalCluster, get_worker, wait
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker
from distributed.system import MEMORY_LIMIT

from eit_analysis.batch.order import Order, Outcome
from eit_analysis.batch.process import begin, give_up, make_apart
from eit_analysis.errors import UsageError

PATIENCE_S = 10.0
# Memory is that of studies, not of the command that waits for them; nor is there anything to profile there.
QUIET = {f"distributed.worker.memory.{name}": False for name in ("target", "spill", "pause")}
QUIET |= {"distributed.worker.profile.enabled": False}
LOOKS = 3  # in a row that find no worker, one each ``PATIENCE_S`` that nothing ends in, before it is said
Progress = Callable[[Iterable, int, str], Iterable]
Say = Callable[[str], None]


@contextmanager
def workers(scheduler: str, jobs: int) -> Iterator[Client]:
    """A client of the scheduler at an address, or of a cluster of this machine as long as it is needed.

    Raises
    ------
    UsageError
        When nobody answers at the address, or no longer.
    """
    from eit_analysis.reference import sentence  # not for those who only wait for a study

    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what is lost is said in a sentence
    if scheduler:
        try:
            client = Client(scheduler, timeout=PATIENCE_S)
        except (OSError, ValueError):
            raise UsageError(sentence("dask_no_answer", scheduler=scheduler)) from None
        with client:
            try:
                yield client
            except (CancelledError, CommClosedError):
                raise UsageError(sentence("dask_stopped", scheduler=scheduler)) from None
        return
    begin()
    # A worker only waits for its study, which is a process: a thread of this one will do.
    with (
        dask.config.set(QUIET),
        LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=False,
            memory_limit=MEMORY_LIMIT // jobs,
            host="127.0.0.1",
            protocol="tcp://",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        try:
            yield client
        except BaseException:
            give_up()  # else the cluster waits for the studies that are being made
            raise


def make_all(orders: list[Order], client: Client, progress: Progress, say: Say) -> Iterator[Outcome]:
    """The outcome of every study, as they come; those that were killed come last."""
    largest_first = sorted(orders, key=_size, reverse=True)
    futures = {client.submit(make_one, order, pure=False): order for order in largest_first}
    again = []
    for future in progress(_as_they_end(set(futures), client, say), len(futures), "Études"):
        outcome = _outcome(future, futures[future])
        future.release()
        if outcome.killed:
            again.append(outcome.order)
        else:
            yield outcome
    for order in progress(again, len(again), "Seules"):
        alone = client.submit(make_one, order, alone=True, pure=False)
        yield from (_outcome(future, order) for future in _as_they_end({alone}, client, say))


def _as_they_end(running: set[Future], client: Client, say: Say) -> Iterator[Future]:
    """Futures when they are done; it is said once when nobody is there to do them."""
    idle = 0
    while running:
        try:
            ended, running = wait(running, timeout=PATIENCE_S, return_when="FIRST_COMPLETED")
            idle = 0
            yield from ended
        except TimeoutError:
            idle = 0 if client.nthreads() else idle + 1
            if idle == LOOKS:
                started = f"« dask worker {client.scheduler.address} --nthreads 1 --no-nanny »"
                say(f"Aucun travailleur Dask n'est là, le calcul attend\u00a0: lancez-en un avec {started}.")


def make_one(order: Order, alone: bool = False) -> Outcome:
    """A study by the worker that this runs on, within the memory of it, or of its machine when ``alone``."""
    if multiprocessing.current_process().daemon:
        why = "démarrez-le avec l'option « --no-nanny », sans quoi il ne peut lancer aucun calcul"
    elif not (order.root / "data" / "raw").is_dir():
        why = f"le dossier {order.root} n'y est pas, partagez-le sous ce même chemin"
    else:
        own = get_worker().memory_manager.memory_limit
        return make_apart(order, MEMORY_LIMIT if alone or not own else own)
    return Outcome(order, [f"Un travailleur Dask ne peut pas faire cette étude\u00a0: {why}."])


def _outcome(future: Future, order: Order) -> Outcome:
    try:
        return future.result()
    except KilledWorker:
        why = "Les travailleurs Dask chargés de l'étude ont tous été arrêtés\u00a0: refaites-la seule."
        return Outcome(order, [why], killed=True)


def _size(order: Order) -> int:
    folder = order.root / "data" / "raw" / order.name
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
