"""A selection of strings as a list."""


def gather_bytes(strings, rows):
    return b"".join(strings[row] for row in rows)
