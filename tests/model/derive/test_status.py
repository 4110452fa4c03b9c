import numpy as np

from citytwin.model.derive.attribute_map import Column, load_meanings
from citytwin.model.derive.notes import Notes
from citytwin.model.derive.status import derive_status
from citytwin.model.enums import Source, Status

WORDS = np.array(["voimassa", "Suunnitelma", "rakenteilla", "purettu", "", "kummallinen"], object)
COLUMN = Column(np.full(6, np.nan), WORDS, np.where(WORDS == "", "", "rakennuksen_tila").astype(object))


def test_words_of_the_register():
    notes = Notes([f"b{i}" for i in range(6)])
    status, source, confidence = derive_status(COLUMN, load_meanings()["status"], np.full(6, -1, np.int8), notes)
    expected = [Status.EXISTING, Status.PLANNED, Status.UNDER_CONSTRUCTION, Status.DEMOLISHED]
    assert status.tolist() == [*expected, Status.UNKNOWN, Status.UNKNOWN]
    assert source.tolist() == [Source.REGISTER] * 4 + [Source.MISSING] * 2
    assert confidence.tolist() == [90] * 4 + [0] * 2
    assert [f.object_id for f in notes.findings] == ["b5"]
    assert "kummallinen" in notes.findings[0].message


def test_given_statuses_replace_and_are_marked():
    given = np.array([-1, Status.EXISTING, -1, -1, Status.UNKNOWN, -1], np.int8)
    status, source, _ = derive_status(COLUMN, load_meanings()["status"], given, Notes([""] * 6))
    assert status[1] == Status.EXISTING
    assert source[1] == Source.SCENARIO
    assert source[0] == Source.REGISTER
    assert source[4] == Source.MISSING
