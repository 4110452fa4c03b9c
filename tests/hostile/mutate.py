"""Seeded damage to documents that knows their structure: whole elements and members, not bytes alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

TOKEN = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<[^>]*>|[^<]+", re.DOTALL)
TAG_NAME = re.compile(rb"</?([\w:.-]+)")
ATTRIBUTE = re.compile(rb"""\s+([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')""")
NUMBER = re.compile(rb"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")
REFERENCE = re.compile(rb'(?:gml:id|xlink:href|srsName|srsDimension|xmlns:\w+|name|uom|orientation)="[^"]*"')

NUMBERS = [
    b"0",
    b"-0",
    b"nan",
    b"1e9",
    b"1e400",
    b"1_0",
    b"",
    b"-",
    b"5.5.5",
    b"\xef\xbc\x91",
    b"1e-400",
    b"9" * 40,
    b"1,5",
]
PIECES = [b"<", b">", b"/", b'"', b"'", b"&", b"&amp;", b"&#65;", b" ", b"\n", b"\x00", b"\xff", b"<!--", b"-->",
    b"]]>", b"<![CDATA[", b"<?x ?>", b"<!-- x -->", b"#", b"=", b"gml:", b"<a>", b"</a>", b"<ade:a/>", b"<!DOCTYPE x>",
    b"\xc3\xa4", b"{", b"}", b"[", b"]", b":", b",", b"null", b'"b":', b"\\u0041", b"\\ud800"]  # fmt: skip
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31,
    2**63,
    1e308,
    0.5,
    "",
    "b",
    "Building",
    "1.0",
    [],
    {},
    [[]],
    [None],
]
Element = tuple[int, int]
"""First and last token of an element."""


def mutant(seeds: list[bytes], seed: int, number: int) -> bytes:
    """One damaged document; the same for the same seeds, `seed` and `number`."""
    random = Random(f"{seed}/{number}")
    data = random.choice(seeds)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if random.random() < 0.25:
            data = random.choice(BYTES)(data, seeds, random)
        elif data.lstrip(b"\xef\xbb\xbf \n")[:1] == b"{":
            data = change_json(data, random)
        else:
            data = random.choice(XML)(data, seeds, random)
    return data


# Bytes


def flip(data: bytes, seeds: list[bytes], random: Random) -> bytes:
    place = random.randrange(len(data) + 1)
    return data[:place] + bytes([random.randrange(256)]) + data[place + 1 :]


def insert(data: bytes, seeds: list[bytes], random: Random) -> bytes:
    place = random.randrange(len(data) + 1)
    return data[:place] + random.choice(PIECES) + data[place:]


def drop(data: bytes, seeds: list[bytes], random: Random) -> bytes:
    place = random.randrange(len(data) + 1)
    return data[:place] + data[place + random.choice((1, 2, 10, 200)) :]


def truncate(data: bytes, seeds: list[bytes], random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def splice(data: bytes, seeds: list[bytes], random: Random) -> bytes:
    other = random.choice(seeds)
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other)) :]


def recode(data: bytes, seeds: list[bytes], random: Random) -> bytes:
    """Other encoding, with or without saying so."""
    encoding = random.choice(("utf-16", "utf-16-le", "utf-8-sig", "latin-1", "cp1252", "utf-32"))
    if random.random() < 0.5:
        data = data.replace(b"UTF-8", encoding.removesuffix("-sig").encode(), 1)
    return data.decode("utf-8", "replace").encode(encoding, "replace") if random.random() < 0.7 else data


BYTES = [flip, flip, insert, insert, insert, drop, drop, truncate, splice, recode]

# XML


def elements(tokens: list[bytes]) -> list[Element]:
    """Every element of a document whose tags match as far as they do."""
    found = []
    opened: list[tuple[int, bytes]] = []
    for place, token in enumerate(tokens):
        match = TAG_NAME.match(token)
        if match is None:
            continue
        if token.startswith(b"</"):
            while opened:
                start, name = opened.pop()
                found.append((start, place))
                if name == match[1]:
                    break
        elif token.endswith(b"/>"):
            found.append((place, place))
        else:
            opened.append((place, match[1]))
    return found


def on_elements(change: Callable[[list[bytes], list[Element], Random], bytes]) -> Callable[..., bytes]:
    """Damage that takes a document apart."""

    def damage(data: bytes, seeds: list[bytes], random: Random) -> bytes:
        tokens = TOKEN.findall(data)
        found = elements(tokens)
        return change(tokens, found, random) if found else data

    return damage


@on_elements
def delete(tokens: list[bytes], found: list[Element], random: Random) -> bytes:
    start, stop = random.choice(found)
    return b"".join(tokens[:start] + tokens[stop + 1 :])


@on_elements
def duplicate(tokens: list[bytes], found: list[Element], random: Random) -> bytes:
    start, stop = random.choice(found)
    return b"".join(tokens[: stop + 1] + tokens[start : stop + 1] * random.choice((1, 1, 3)) + tokens[stop + 1 :])


@on_elements
def swap(tokens: list[bytes], found: list[Element], random: Random) -> bytes:
    """Exchange two elements, neither of which is in the other."""
    first, second = sorted((random.choice(found), random.choice(found)))
    if second[0] <= first[1]:
        return b"".join(tokens)
    (a, b), (c, d) = first, second
    return b"".join(tokens[:a] + tokens[c : d + 1] + tokens[b + 1 : c] + tokens[a : b + 1] + tokens[d + 1 :])


@on_elements
def copy_inside(tokens: list[bytes], found: list[Element], random: Random) -> bytes:
    """Put a copy of an element into another, or into itself."""
    start, stop = random.choice(found)
    into = random.choice(found)[0]
    return b"".join(tokens[: into + 1] + tokens[start : stop + 1] + tokens[into + 1 :])


@on_elements
def wrap(tokens: list[bytes], found: list[Element], random: Random) -> bytes:
    """Put an element into another of the document, or a new one."""
    start, stop = random.choice(found)
    outer = tokens[random.choice(found)[0]] if random.random() < 0.7 else random.choice((b"<ade:a>", b"<gml:Surface>"))
    match = TAG_NAME.match(outer)
    if match is None or outer.endswith(b"/>"):
        return b"".join(tokens)
    end = b"</" + match[1] + b">"
    return b"".join([*tokens[:start], outer, *tokens[start : stop + 1], end, *tokens[stop + 1 :]])


@on_elements
def unwrap(tokens: list[bytes], found: list[Element], random: Random) -> bytes:
    start, stop = random.choice(found)
    return b"".join(tokens[:start] + tokens[start + 1 : stop] + tokens[stop + 1 :])


@on_elements
def rename(tokens: list[bytes], found: list[Element], random: Random) -> bytes:
    """Give an element the name of another."""
    start, stop = random.choice(found)
    old, new = (TAG_NAME.match(tokens[place]) for place in (start, random.choice(found)[0]))
    if old is None or new is None:
        return b"".join(tokens)
    for place in {start, stop}:
        tokens[place] = tokens[place].replace(old[1], new[1], 1)
    return b"".join(tokens)


@on_elements
def attributes(tokens: list[bytes], found: list[Element], random: Random) -> bytes:
    """Drop, repeat or exchange attributes."""
    tagged = [start for start, _ in found if ATTRIBUTE.search(tokens[start])]
    if not tagged:
        return b"".join(tokens)
    first, second = random.choice(tagged), random.choice(tagged)
    one, other = (random.choice([m[0] for m in ATTRIBUTE.finditer(tokens[place])]) for place in (first, second))
    tokens[first] = tokens[first].replace(one, random.choice((b"", other, one + one, one + other)), 1)
    return b"".join(tokens)


@on_elements
def fill(tokens: list[bytes], found: list[Element], random: Random) -> bytes:
    """Put something small behind the start or before the end of an element."""
    place = random.choice(found)[random.randrange(2)]
    tokens[place] = random.choice((tokens[place] + random.choice(PIECES), random.choice(PIECES) + tokens[place]))
    return b"".join(tokens)


def other_match(pattern: re.Pattern[bytes], new: list[bytes]) -> Callable[..., bytes]:
    """Damage that puts another match of a pattern, or one of `new`, in the place of a match."""

    def damage(data: bytes, seeds: list[bytes], random: Random) -> bytes:
        matches = list(pattern.finditer(data))
        if not matches:
            return data
        match = random.choice(matches)
        text = random.choice(new) if new and random.random() < 0.5 else random.choice(matches)[0]
        return data[: match.start()] + text + data[match.end() :]

    return damage


numbers = other_match(NUMBER, NUMBERS)
references = other_match(
    REFERENCE, [b'xlink:href="#"', b'gml:id=""', b'srsDimension="2"', b'srsName=""', b'xlink:href="file:///etc/passwd"']
)
XML = [delete, delete, duplicate, swap, copy_inside, wrap, unwrap, rename, attributes, fill, numbers, references]

# JSON


def change_json(data: bytes, random: Random) -> bytes:
    """Change one place of a JSON document, or one of its lines."""
    lines = data.split(b"\n")
    place = random.randrange(len(lines))
    try:
        content = json.loads(lines[place])
    except ValueError:
        return data
    if random.random() < 0.1 and len(lines) > 2:
        other = random.randrange(len(lines))
        lines[place], lines[other] = lines[other], lines[place]
    elif random.random() < 0.1:
        lines[place] = repeat_key(lines[place], random)
    else:
        change_place(content, random)
        lines[place] = json.dumps(content).encode()
    return b"\n".join(lines)


def repeat_key(line: bytes, random: Random) -> bytes:
    """Let a member stand twice."""
    keys = list(re.finditer(rb'("[^"\\]+"): ?', line))
    if not keys:
        return line
    key = random.choice(keys)
    return (
        line[: key.start()]
        + key[1]
        + b": "
        + random.choice((b"null", b"[]", b"{}", b"1"))
        + b", "
        + line[key.start() :]
    )


def change_place(content: Any, random: Random) -> None:
    """Go down to a random place, more likely a deep one, and change what is there."""
    while True:
        keys = list(content) if isinstance(content, dict) else list(range(len(content)))
        if not keys:
            return
        key = random.choice(keys)
        value = content[key]
        if isinstance(value, dict | list) and value and random.random() < 0.8:
            content = value
            continue
        break
    what = random.randrange(7)
    if what == 0:
        del content[key]
    elif what == 1:
        content[key] = random.choice(VALUES)
    elif what == 2:
        content[key] = content[random.choice(keys)]
    elif what == 3 and type(value) in (int, float):
        content[key] = value + random.choice((-1, 1, 1000, -(10**9), 0.5))
    elif what == 4 and isinstance(content, list):
        content.insert(key, value)
    elif what == 5 and isinstance(content, dict):
        content[random.choice((*keys, "x", "type", "parents", "children", "geometry"))] = value
    else:
        content[key] = [value]
