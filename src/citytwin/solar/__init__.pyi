from .cumulative_sky import cumulative_sky
from .daylight_exposure import sunlight_exposure, vertical_sky_component
from .edits import with_added, with_removed
from .horizon import Horizon
from .irradiate import irradiate
from .open_ground import courtyards, ground_grid
from .photovoltaics import photovoltaics
from .pv_economics import pv_economics
from .pv_prices import read_pv_prices
from .pv_ranking import pv_ranking
from .pv_self_use import Phases, pv_self_use
from .pv_sites import PvRules, pv_sites
from .pv_yield import pv_yield
from .shadow_impact import shadow_impact
from .shadows import shadow_series
from .sun_hours import sun_hours

__all__ = [
    "Horizon",
    "Phases",
    "PvRules",
    "courtyards",
    "cumulative_sky",
    "ground_grid",
    "irradiate",
    "photovoltaics",
    "pv_economics",
    "pv_ranking",
    "pv_self_use",
    "pv_sites",
    "pv_yield",
    "read_pv_prices",
    "shadow_impact",
    "shadow_series",
    "sun_hours",
    "sunlight_exposure",
    "vertical_sky_component",
    "with_added",
    "with_removed",
]
