"""A table of prices made up for tests."""

import pandas as pd

UNITS = {
    "investment": "EUR/kWp", "operation": "EUR/(kWp a)", "electricity_bought": "EUR/kWh", "electricity_sold": "EUR/kWh",
    "investment_facade": "EUR/kWp", "investment_fixed": "EUR/building", "inverter": "EUR/kWp", "inverter_life": "a",
}  # fmt: skip


def price_table(**others) -> pd.DataFrame:
    """Prices of 1 March 2025: round numbers, none of them of a market."""
    values = {"investment": 1000, "operation": 10, "electricity_bought": 0.2, "electricity_sold": 0.05} | others
    rows = [(item, value, UNITS[item], "2025-03-01", "tender") for item, value in values.items()]
    return pd.DataFrame(rows, columns=["item", "value", "unit", "date", "source"])
