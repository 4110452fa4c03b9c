"""Alternatives as data: measures in TOML, applied to a twin, compared with today."""

from citytwin.scenario.alternatives import Alternative, Costs, load_alternatives, load_costs
from citytwin.scenario.apply import apply
from citytwin.scenario.compare import Comparison, compare

__all__ = ["Alternative", "Comparison", "Costs", "apply", "compare", "load_alternatives", "load_costs"]
