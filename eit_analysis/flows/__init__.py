"""Study 1: what enters, what leaves and where it goes.

The flows of a wave are prepared once (:func:`prepared`), then taken by direction (:func:`outgoing`,
:func:`incoming`, :func:`reissued`) or together (:func:`counted`), those of an implausible mass apart
(:func:`set_aside`); every other function takes them. :func:`totals` adds them up by any key.

``costs``, ``full_cost``, ``productivity``, ``sorting``
    What is paid, what a waste costs in full, what is made of what enters, what bad sorting costs.
``taxes``, ``obligations``
    What the waste tax may come to, how many actors the law concerns.
``concentration``, ``seasonality``, ``comparison``, ``history``
    Who weighs most, when, what changed between two waves, and over all of them.
``potential``, ``recommendations``
    What is not valorised yet, what to do first.
``emissions``, ``diversion``, ``outcomes``, ``targets``, ``target_gaps``, ``target_scope``
    What they emit, what if some went elsewhere (:func:`divert`), how far from what is aimed at.
``balance``, ``extrapolation``, ``uncertainty``
    Does it balance, what of those who did not answer, how well a total is known.
"""

from eit_analysis.flows.diagnosis import absent_categories, error_bounds, recovery_rates, totals
from eit_analysis.flows.dimensions import counted, incoming, outgoing, prepared, reissued, set_aside
from eit_analysis.flows.diversion import divert
from eit_analysis.on_demand import on_demand

MODULES = (
    "balance", "comparison", "concentration", "costs", "diversion", "emissions", "extrapolation", "full_cost",
    "history", "obligations", "outcomes", "potential", "productivity", "recommendations", "seasonality",
    "sorting", "target_gaps", "target_scope", "targets", "taxes", "uncertainty",
)  # fmt: skip

__all__ = [
    "absent_categories", "counted", "divert", "error_bounds", "incoming", "outgoing", "prepared",
    "recovery_rates", "reissued", "set_aside", "totals", *MODULES,
]  # fmt: skip
__getattr__, __dir__ = on_demand(__name__, MODULES, __all__)
