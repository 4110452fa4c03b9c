import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels import xml_names
from tests.naive import xml_names as naive

PREFIXES = [b"gml", b"bldg", b"g"]
NAMES = st.one_of(
    st.text("ab:.-1é", max_size=6).map(str.encode),
    st.builds(
        "{}:{}".format, st.sampled_from(["gml", "bldg", "g", "xml", "other", "gm"]), st.text("abc", max_size=2)
    ).map(str.encode),
    st.sampled_from([b"a" * 120, b"a" * 121, b"gml:id", b"g:id", b"id"]),
)


def empty(room):
    stops = np.cumsum([0, *map(len, PREFIXES)])
    return xml_names.Names(
        np.zeros(64, np.int32),
        np.zeros((room, 4), np.int64),
        np.zeros(2000, np.uint8),
        np.zeros(2, np.int64),
        np.zeros((room, 1), np.int64),
        np.array([(stops[i], stops[i + 1], i, 0) for i in range(3)], np.int64),
        np.frombuffer(b"".join(PREFIXES) + bytes(8), np.uint8),
    )


@given(st.lists(st.tuples(NAMES, st.sampled_from([b" ", b"=", b">", b"/", b"\n"])), max_size=25))
def test_equals_a_dictionary(items):
    names, known = empty(10), {}
    for name, end in items:
        data = name + end + bytes(16)
        found, place = xml_names.find_name(np.frombuffer(data, np.uint8), 0, len(name) + 1, names)
        expected, stop = naive.find_name(data, 0, len(name) + 1, known, PREFIXES, xml_names.LONGEST, 10)
        assert found == expected
        if stop is not None:
            assert place == stop
    texts = names.text.tobytes()
    for name, row in known.items():
        start, stop, local, prefix = names.span[row].tolist()
        assert texts[start:stop] == name
        assert texts[local:stop] == name.rpartition(b":")[2]
        word = name.rpartition(b":")[0]
        assert prefix == (PREFIXES.index(word) if word in PREFIXES else -2 if word else -1)
