"""HiGHS, quiet: what a linear programme that changes from question to question is asked of."""

from __future__ import annotations

import os
import sys

import highspy
import numpy as np
from scipy.sparse import csr_array


def quiet_solver() -> highspy.Highs:
    """A HiGHS of one thread that prints nothing, its banner neither: that goes past Python's own output."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        solver = highspy.Highs()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    return solver


def add_rows(solver: highspy.Highs, forms: csr_array, low: np.ndarray, high: np.ndarray) -> None:
    """Hold the forms, of shape (rows, columns), between their ends."""
    columns, starts = forms.indices.astype(np.int32), forms.indptr[:-1].astype(np.int32)
    solver.addRows(len(low), low, high, forms.nnz, starts, columns, forms.data)
