from .horizon import Horizon
from .irradiate import irradiate
from .photovoltaics import photovoltaics

__all__ = ["Horizon", "irradiate", "photovoltaics"]
