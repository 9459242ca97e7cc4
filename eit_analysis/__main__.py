"""``python -m eit_analysis`` is the ``eit`` command."""

import sys

from eit_analysis.cli import main

sys.exit(main())
