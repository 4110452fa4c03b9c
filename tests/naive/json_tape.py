"""JSON by regular expressions and recursion: a row for every value, arrays of numbers like all others."""

import json
import re

NUMBER = re.compile(rb"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
STRING = re.compile(rb'"((?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*)"')
LITERAL = re.compile(rb"true|false|null")
BLANKS = re.compile(rb"[ \n\r\t]*")


class Malformed(Exception):
    pass


def json_tape(text):
    """Rows (word of kind, start, stop, name or None, row of the holder or -1); None where the text is not JSON."""
    rows = []
    place = BLANKS.match(text).end()
    try:
        while place < len(text):
            place = BLANKS.match(text, value(text, place, None, -1, rows)).end()
    except Malformed:
        return None
    return rows


def string(text, place):
    found = STRING.match(text, place)
    if not found:
        raise Malformed
    try:
        json.loads(found.group().decode("utf-8", "replace")).encode()
    except UnicodeEncodeError:
        raise Malformed from None
    return found


def value(text, place, name, holder, rows):
    """Add the value at a place and what it holds; return the place behind it."""
    row = len(rows)
    if text[place : place + 1] in (b"{", b"["):
        rows.append(None)
        end = members(text, place, row, rows)
        rows[row] = ("object" if text[place] == ord("{") else "array", place, end, name, holder)
        return end
    if text[place : place + 1] == b'"':
        found = string(text, place)
        word = "escaped" if b"\\" in found.group() else "string"
        rows.append((word, place + 1, found.end() - 1, name, holder))
        return found.end()
    for pattern in (NUMBER, LITERAL):
        if found := pattern.match(text, place):
            literal = found.group().decode()
            word = literal if pattern is LITERAL else "decimal" if re.search("[.eE]", literal) else "integer"
            rows.append((word, place, found.end(), name, holder))
            return found.end()
    raise Malformed


def members(text, place, row, rows):
    """Add what the object or array at a place holds; return the place behind it."""
    is_object = text[place] == ord("{")
    close = b"}" if is_object else b"]"
    place = BLANKS.match(text, place + 1).end()
    if text[place : place + 1] == close:
        return place + 1
    while True:
        name = None
        if is_object:
            found = string(text, place)
            name = found.group(1)
            place = BLANKS.match(text, found.end()).end()
            if text[place : place + 1] != b":":
                raise Malformed
            place = BLANKS.match(text, place + 1).end()
        place = BLANKS.match(text, value(text, place, name, row, rows)).end()
        if text[place : place + 1] == close:
            return place + 1
        if text[place : place + 1] != b",":
            raise Malformed
        place = BLANKS.match(text, place + 1).end()
