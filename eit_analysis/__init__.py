"""Analytical study workbench for industrial and territorial ecology (EIT)."""

import os

# The allocator of the system gives memory back; the one that Arrow brings would keep half as much again.
# It is chosen once, when pyarrow is first imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
