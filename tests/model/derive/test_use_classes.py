"""The classifications of 1994 and 2018: every class resolves, and to a class the stock has numbers for."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.model.derive import derive_buildings
from citytwin.model.derive.codes import code_lists, look_up
from citytwin.model.enums import Use
from citytwin.model.reference import CONFIDENCE
from tests.model.derive.boxes import box_city

CODES = {name: sorted(code_lists("use_classes.csv")[name]) for name in ("fi1994", "fi2018")}
SAME = {
    "011": "0110", "021": "0112", "039": "0121", "111": "0310", "121": "0320", "141": "0330", "151": "0400",
    "163": "0513", "211": "0611", "221": "0620", "231": "0810", "241": "0630", "311": "0710", "341": "0730",
    "351": "0740", "511": "0820", "521": "0830", "531": "0840", "691": "0910", "722": "1311", "892": "1490",
    "931": "1910", "941": "1911", "999": "1919",
}  # fmt: skip
"""Classes of both systems that mean the same."""


def test_both_systems_are_there() -> None:
    assert (len(CODES["fi1994"]), len(CODES["fi2018"])) == (77, 98)
    assert all(len(code) == 3 for code in CODES["fi1994"])
    assert all(len(code) == 4 for code in CODES["fi2018"])
    sections = {"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "19"}
    assert {code[:2] for code in CODES["fi2018"]} == sections


@pytest.mark.parametrize("system", CODES)
def test_every_class_is_a_vector_of_shares_with_source(system: str) -> None:
    for code in CODES[system]:
        rows = look_up("use_classes.csv", (system,), code)
        assert sum(float(row["share"]) for row in rows) == pytest.approx(1.0), code
        for row in rows:
            assert row["use"] in {use.word for use in Use}, code
            assert row["heated"] in ("yes", "no"), code
            assert row["name"], code
            assert row["source"], code
            assert row["confidence"] in CONFIDENCE, code


def test_classes_that_mean_the_same_resolve_to_the_same() -> None:
    for old, new in SAME.items():
        (a,), (b,) = look_up("use_classes.csv", ("fi1994",), old), look_up("use_classes.csv", ("fi2018",), new)
        assert (a["use"], a["heated"]) == (b["use"], b["heated"]), (old, new)


def test_all_classes_of_a_city_resolve_in_one_pass() -> None:
    fields = [{"C_KAYTTARK": code} for code in CODES["fi1994"]] + [{"Rakennusluokka": c} for c in CODES["fi2018"]]
    city = box_city([[40 * i, 0, 40 * i + 10, 10, 0, 9] for i in range(len(fields))], fields)
    buildings = derive_buildings(city)
    assert buildings.use_shares.sum(axis=1) == pytest.approx(1.0)
    unknown = [next(iter(f.values())) for f, use in zip(fields, buildings.use, strict=True) if use == Use.UNKNOWN]
    assert unknown == ["999", "1919"]
    assert not np.isin(1705, buildings.findings.code)
