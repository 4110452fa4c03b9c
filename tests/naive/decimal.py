"""Tokens by a regular expression, values by ``float``."""

import re

NUMBER = re.compile(rb"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def parse_decimals(text):
    """Values up to the first token that is no number, and the place of that token or -1."""
    values = []
    for token in re.finditer(rb"[^ \t\n\r]+", text):
        if not NUMBER.fullmatch(token.group()):
            return values, token.start()
        values.append(float(token.group()))
    return values, -1
