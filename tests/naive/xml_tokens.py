"""The pieces of XML by regular expressions, after the productions of XML 1.0."""

import re

PREDEFINED = {b"lt": 60, b"gt": 62, b"amp": 38, b"apos": 39, b"quot": 34}
NAME = rb"[A-Za-z_][A-Za-z0-9_.-]*"


def _first(pattern, data, start, stop):
    match = re.compile(pattern).search(data, start, stop)
    return match.start() if match else stop


def is_blank(byte):
    return byte in b" \t\r\n"


def skip_blanks(data, start, stop):
    return _first(rb"[^\x00-\x20]", data, start, stop)


def text_end(data, start, stop):
    return _first(rb"[<>&\r]", data, start, stop)


def value_end(data, start, stop):
    return _first(rb"[\"&<\x00-\x1f]", data, start, stop)


def reference(data, start, stop):
    match = re.compile(rb"&(?:#([0-9]+)|#x([0-9A-Fa-f]+)|(lt|gt|amp|apos|quot));").match(data, start, stop)
    if match is None:
        return -1, -1
    decimal, hexadecimal, name = match.groups()
    if name:
        return PREDEFINED[name], match.end()
    code = int(decimal) if decimal else int(hexadecimal, 16)
    allowed = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return (code, match.end()) if allowed else (-1, -1)


def markup_end(data, start, stop):
    comment = re.compile(rb"<!--((?!--).)*-->", re.DOTALL)
    instruction = re.compile(rb"<\?(?!xml)" + NAME + rb"(\?>|[ \t\r\n].*?\?>)", re.DOTALL | re.IGNORECASE)
    section = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL)
    for pattern in (comment, instruction, section):
        if match := pattern.match(data, start, stop):
            return match.end()
    return -1
