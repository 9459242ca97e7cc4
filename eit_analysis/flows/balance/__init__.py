"""Does the survey balance: a network and its layers reconciled, gross errors, what is not explained."""

from eit_analysis.flows.balance.balance_paths import (
    BOUNDS,
    from_elsewhere,
    sent_and_received,
    taken_paths,
)
from eit_analysis.flows.balance.kin import own_waste
from eit_analysis.flows.balance.layers import reconcile_layers
from eit_analysis.flows.balance.outlet_processes import REFERENCES, outlet_balance
from eit_analysis.flows.balance.territory_balance import survey_balance

__all__ = [
    "BOUNDS", "REFERENCES", "from_elsewhere", "outlet_balance", "own_waste", "reconcile_layers",
    "sent_and_received", "survey_balance", "taken_paths",
]  # fmt: skip
