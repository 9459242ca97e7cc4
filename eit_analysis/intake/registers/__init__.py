"""Open-data and legal registers into a study: one declaration each, one reader for all.

Their tables are kept beside the survey's; cleaning leaves them alone.
"""

from __future__ import annotations

from eit_analysis.intake.registers.canonical import WASTE_REGISTERS, waste_register
from eit_analysis.intake.registers.files import REGISTERS, read_register
from eit_analysis.intake.registers.importing import import_register

__all__ = [
    "REGISTERS",
    "WASTE_REGISTERS",
    "import_register",
    "read_register",
    "waste_register",
]
