from .irradiate import irradiate
from .photovoltaics import photovoltaics

__all__ = ["irradiate", "photovoltaics"]
