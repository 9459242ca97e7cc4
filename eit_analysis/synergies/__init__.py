"""Study 2: who could exchange or share what, and who gains.

``Assessment.of(release)`` takes the tables of a study and gives, each computed once, what is already taken
of the flows (``held``, ``own_uses``), the exchanges that pass the gates (``passed``, ``rejected``), their
impacts and ranks (``candidates``, ``ranking``), the best joint plan (``plan``, ``exchanges``) and what it
changes (``changes``).

``substitution``, ``nationwide``, ``across``
    Who could use what another throws away; over a country; across studies.
``free_flows``
    What the register has done or committed, and what a firm could reuse itself, before any exchange.
``answers``, ``declined``, ``ask``
    What actors have answered and refused, and which exchanges that closes; what to settle before an exchange.
``utilities``
    Who could take the heat, the water or the gas that another lets go, and who gains.
``pooling``
    Who could buy, hire, train or collect together.
``impacts``, ``portfolio``, ``factor_rows``
    Euros, emissions and jobs of one exchange and of all together, and the factors they rest on.
``local_outlets``, ``loss``
    Which outlets of the territory could take a flow; what is left when a taker closes.
``lots``, ``rings``
    Small volumes that together are worth a lorry; three who each give and take.
``unknowns``
    What is not known, of whom to ask it, and what knowing it would be worth.
``likelihood``
    How likely a lead is to be pursued, beside its score.
``checklist``
    What the law asks of each exchange.
``scoring``, ``allocation``
    Which exchange first; which ones together.
``register``
    What became of each lead.
"""

from eit_analysis.on_demand import on_demand

MODULES = (
    "allocation", "ask", "checklist", "declined", "factor_rows", "free_flows", "impacts",
    "likelihood", "listings", "local_outlets", "loss", "lots", "nationwide", "pooling", "portfolio",
    "register", "rings", "scoring", "substitution", "unknowns", "utilities",
)  # fmt: skip

__getattr__, __dir__ = on_demand(__name__, ["assessment:Assessment", *MODULES])
__all__ = __dir__()
