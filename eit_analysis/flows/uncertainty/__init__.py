"""How well a total is known: the law of a flow, shared errors, sums by group, simulation, where to weigh."""

from eit_analysis.flows.uncertainty import monte_carlo as monte_carlo
from eit_analysis.flows.uncertainty import weighing_plan as weighing_plan
