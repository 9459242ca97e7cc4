"""``python -m eit_analysis`` is the ``eit`` command; it says so before what it needs is loaded."""

import sys

from eit_analysis.terminal import working


def main() -> int:
    working("Démarrage")
    from eit_analysis.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
