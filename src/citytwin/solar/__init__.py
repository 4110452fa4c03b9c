"""Sun on surfaces: irradiation with shading, and what photovoltaics make of it."""

from citytwin.solar.irradiate import irradiate
from citytwin.solar.photovoltaics import photovoltaics

__all__ = ["irradiate", "photovoltaics"]
