"""Factors of energy forms: what a delivered kilowatt-hour counts in the Finnish E-value."""

from __future__ import annotations

from typing import NamedTuple

from citytwin.model.reference import CONFIDENCE, read_reference

VERSIONS = (2013, 2018, 2026)
"""Versions of the energy-performance certificate."""
INFERRED = (2026,)
"""Versions some of whose factors are inferred, not read."""
FORM_OF = {
    "electricity": "electricity",
    "district_heat": "district_heat",
    "oil": "fossil",
    "gas": "fossil",
    "wood": "renewable",
}
"""Energy form of each delivered carrier."""


class FormFactors(NamedTuple):
    """Factors of one version.

    Parameters
    ----------
    version : int
    value : dict of energy form to factor
        ``electricity``, ``district_heat``, ``district_cooling``, ``fossil``, ``renewable``.
    confidence : int
        0-100, of the weakest factor.
    sources : tuple of str
    """

    version: int
    value: dict[str, float]
    confidence: int
    sources: tuple[str, ...]

    def of(self, carrier: str) -> float:
        """Factor of a delivered carrier."""
        return self.value[FORM_OF[carrier]]


def form_factors(version: int = 2018, accept_inferred: bool = False) -> FormFactors:
    """Factors of energy forms of one version of the certificate.

    Parameters
    ----------
    version : {2018, 2013, 2026}
    accept_inferred : bool
        Factors of 2026 are inferred from coefficients in the code of the certificate register, not read in a decree:
        they are given only to who accepts that.

    Raises
    ------
    ValueError
        Unknown version, or one with inferred factors that were not accepted.

    References
    ----------
    Decree 788/2017 (Finland); rows and sources in ``energy_forms_fi.csv``.

    Examples
    --------
    >>> form_factors(2018).of("oil"), form_factors(2018).value["electricity"]
    (1.0, 1.2)
    """
    if version not in VERSIONS:
        raise ValueError(f"version must be one of {', '.join(map(str, VERSIONS))}, not {version!r}")
    if version in INFERRED and not accept_inferred:
        raise ValueError(
            f"factors of version {version} are inferred, not read in a decree: pass accept_inferred=True to use them"
        )
    rows = [row for row in read_reference(__package__, "energy_forms_fi.csv") if row["version"] == str(version)]
    return FormFactors(
        version,
        {row["form"]: float(row["value"]) for row in rows},
        min(CONFIDENCE[row["confidence"]] for row in rows),
        tuple(dict.fromkeys(row["source"] for row in rows)),
    )
