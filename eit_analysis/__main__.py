"""``python -m eit_analysis`` is the ``eit`` command; it says so before what it needs is loaded."""

import gc
import sys

from eit_analysis.terminal import working


def main() -> int:
    working("Démarrage")
    # Tables leave few circles behind: looked for at each 700 new objects, they cost a tenth of a command, and
    # of the processes that it forks.
    gc.set_threshold(20_000, 20, 50)
    from eit_analysis.cli import main as run

    code = run()
    gc.freeze()  # else the interpreter goes through a million objects at its end: half a second for nothing
    return code


if __name__ == "__main__":
    sys.exit(main())
