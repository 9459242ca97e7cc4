"""How well a total is known: the law of a flow, shared errors, sums by group, simulation, where to weigh."""
