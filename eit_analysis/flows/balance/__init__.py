"""Does the survey balance: reconciliation of a network, gross errors, what is not explained."""

from eit_analysis.flows.balance.balance_paths import sent_and_received, sent_paths, taken_paths
from eit_analysis.flows.balance.territory_balance import survey_balance

__all__ = ["sent_and_received", "sent_paths", "survey_balance", "taken_paths"]
