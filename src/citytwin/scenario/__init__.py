"""Alternatives as data: measures in TOML, applied to a twin, compared with today."""

from citytwin.scenario.alternatives import Alternative, Costs, load_alternatives, load_costs
from citytwin.scenario.apply import apply


__all__ = ["Alternative", "Costs", "apply", "load_alternatives", "load_costs"]
