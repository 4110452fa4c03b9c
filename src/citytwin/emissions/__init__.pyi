from .account import operational
from .factors import EmissionFactors, Factor, FactorSeries, load_factors

__all__ = ["EmissionFactors", "Factor", "FactorSeries", "load_factors", "operational"]
