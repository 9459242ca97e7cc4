"""Study 4: whether firms are ready to change, what holds them back, and how far the approach has come.

``answers``
    Statements by their code; one row for each respondent and dimension.
``opinions``
    What respondents think, by dimension, role and size; what is fragile.
``reliability``
    Whether the statements of a dimension measure one thing.
``evolution``
    What changed between two waves for the same respondents.
``progress``
    What moved between two waves of the register, and what is stuck.
``funnel``, ``durations``
    How many synergies reached each stage, and how long they stay there.
``governance``, ``clauses``, ``agreement``
    Micro-projects: who sits where, what falls if one leaves, what members ask, the draft of their agreement.
``waiting``
    How likely each is to move on within a year, and which may stall.
``results``, ``calibration``
    What counts of what synergies bring, and what they had promised.
``efforts``, ``board``
    Hours and money, and all indicators beside their targets.
``elsewhere``
    The share of leads that other approaches say they realised.
``achieved``
    What was done by family and kind, and how many people the actors employ.
``pooled_rates``, ``indicators``, ``neighbours``
    This territory beside others: rates partially pooled, indicators, what to take up, methods.
``obstacles``
    The leads whose actors trust little.
``sharing``, ``shapley``, ``nucleolus``
    What each member of a group brings and gets of what the group saves; whether such a sharing would hold.
"""

from eit_analysis.on_demand import on_demand

MODULES = (
    "achieved", "agreement", "answers", "board", "calibration", "clauses", "durations", "efforts",
    "elsewhere", "evolution", "funnel", "governance", "indicators", "neighbours", "nucleolus", "obstacles",
    "opinions", "pooled_rates", "progress", "reliability", "results", "shapley", "sharing", "waiting",
)  # fmt: skip
__getattr__, __dir__ = on_demand(__name__, MODULES)
__all__ = __dir__()
