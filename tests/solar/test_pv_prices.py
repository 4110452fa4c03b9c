import pandas as pd
import pytest

from citytwin.errors import CityReadError
from citytwin.solar.pv_prices import read_pv_prices
from tests.solar.pv_price_table import price_table


def test_prices_have_dates_and_sources(tmp_path):
    table = price_table(inverter=150, inverter_life=15)
    path = tmp_path / "prices.csv"
    table.to_csv(path, index=False)
    for given in (table, path, str(path)):
        prices = read_pv_prices(given, as_of="2025-06-01")
        assert prices.values["investment"] == 1000.0
        assert prices.values["inverter_life"] == 15.0
        assert prices.dates["operation"].isoformat() == "2025-03-01"
        assert prices.sources["operation"] == "tender"
        assert prices.currency == "EUR"
        assert len(prices.findings) == 0


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_may_be_parted_otherwise(tmp_path, separator):
    path = tmp_path / "prices.csv"
    price_table().to_csv(path, index=False, sep=separator, encoding="utf-8-sig")
    assert read_pv_prices(path, as_of="2025-06-01").values["electricity_bought"] == 0.2
    path.write_text(path.read_text(encoding="utf-8-sig").replace("0.2", '"0,2"'), encoding="utf-8")
    with pytest.raises(CityReadError, match=r"'0,2'\. Write a decimal point"):
        read_pv_prices(path, as_of="2025-06-01")


def test_old_prices_are_a_finding():
    prices = read_pv_prices(price_table(), as_of="2026-06-01")
    assert set(prices.findings.name) == {"PV_PRICE_OLD"}
    assert len(prices.findings) == 4
    assert "457 days" in prices.findings.message[0]
    assert len(read_pv_prices(price_table(), as_of="2026-06-01", max_age_days=500).findings) == 0


def test_another_currency_will_do():
    table = price_table().replace({"unit": {"EUR": "SEK"}}, regex=True)
    assert read_pv_prices(table, as_of="2025-06-01").currency == "SEK"


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("date", "", "must be one like"),
        ("date", None, "must be one like"),
        ("date", "last spring", "must be one like"),
        ("date", "2025-07-01", "after the day"),
        ("source", "", "has no source"),
        ("source", None, "has no source"),
        ("value", "many", "number of at least 0"),
        ("value", "-5", "number of at least 0"),
        ("value", "nan", "number of at least 0"),
        ("unit", "EUR/kW", "must be like EUR/kWp"),
        ("unit", "SEK/kWp", "several currencies: EUR, SEK"),
        ("item", "invest", "is not known"),
    ],
)
def test_a_faulty_row_is_refused(column, value, message):
    table = price_table().astype(object)
    table.loc[0, column] = value
    with pytest.raises(CityReadError, match=message):
        read_pv_prices(table, as_of="2025-06-01")


def test_an_item_is_there_once():
    table = price_table().replace({"item": {"electricity_sold": "electricity_bought"}})
    with pytest.raises(CityReadError, match="'electricity_bought' is there twice"):
        read_pv_prices(table, as_of="2025-06-01")


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(CityReadError, match="no column date"):
        read_pv_prices(price_table().drop(columns="date"), as_of="2025-06-01")
    with pytest.raises(CityReadError, match="no electricity_sold"):
        read_pv_prices(price_table().iloc[:3], as_of="2025-06-01")
    with pytest.raises(CityReadError, match="without inverter_life"):
        read_pv_prices(price_table(inverter=150), as_of="2025-06-01")
    with pytest.raises(CityReadError, match="cannot be read"):
        read_pv_prices(tmp_path / "nothing.csv", as_of="2025-06-01")
    with pytest.raises(CityReadError, match="no column"):
        read_pv_prices(pd.DataFrame(), as_of="2025-06-01")
    with pytest.raises(ValueError, match="as_of must be a date"):
        read_pv_prices(price_table(), as_of="now")
    with pytest.raises(ValueError, match="max_age_days must not be negative, but is -1"):
        read_pv_prices(price_table(), as_of="2025-06-01", max_age_days=-1)


def test_the_error_says_file_and_line(tmp_path):
    path = tmp_path / "prices.csv"
    price_table().assign(source=["tender", "", "tender", "tender"]).to_csv(path, index=False)
    with pytest.raises(CityReadError, match=r"prices\.csv:3: the price of 'operation' has no source"):
        read_pv_prices(path, as_of="2025-06-01")
