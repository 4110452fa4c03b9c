from .batteries import Battery, battery_use
from .boreholes import BoreholePotential, borehole_potential
from .calibration import calibrate
from .certificate import e_value, standard_demand
from .climate_change import shift_weather
from .degree_days import DegreeDayRule, heating_degree_days, monthly_degree_days, normalised_heating
from .energy_forms import FormFactors, form_factors
from .energyplus_model import energyplus_model
from .heat_pumps import HeatPump, PumpHours, heat_pump_use, pump_hours
from .measures import Measure, load_measures, renovate
from .metered_errors import ErrorTable, metered_errors, metered_heat, normalised_meters
from .monthly_method import MonthlyNeed, SecondOpinion, monthly_balance, monthly_demand, second_opinion
from .packages import demand_table
from .period_table import Cited
from .sensitivity import sensitivity
from .simulation import simulate
from .stock import Stock, load_stock
from .systems import delivered_energy

__all__ = [
    "Battery",
    "BoreholePotential",
    "Cited",
    "DegreeDayRule",
    "ErrorTable",
    "FormFactors",
    "HeatPump",
    "Measure",
    "MonthlyNeed",
    "PumpHours",
    "SecondOpinion",
    "Stock",
    "battery_use",
    "borehole_potential",
    "calibrate",
    "delivered_energy",
    "demand_table",
    "e_value",
    "energyplus_model",
    "form_factors",
    "heat_pump_use",
    "heating_degree_days",
    "load_measures",
    "load_stock",
    "metered_errors",
    "metered_heat",
    "monthly_balance",
    "monthly_degree_days",
    "monthly_demand",
    "normalised_heating",
    "normalised_meters",
    "pump_hours",
    "renovate",
    "second_opinion",
    "sensitivity",
    "shift_weather",
    "simulate",
    "standard_demand",
]
