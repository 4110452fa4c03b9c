"""Bytes one at a time."""


def word(data, place):
    return int.from_bytes(data[place : place + 8], "little")


def put_word(data, place, bits):
    data[place : place + 8] = bits.to_bytes(8, "little")


def zero_bytes(bits):
    return sum(0x80 << 8 * k for k in range(8) if bits >> 8 * k & 0xFF == 0)


def first_byte(bits):
    return next(k for k in range(8) if bits >> 8 * k & 0xFF)


def head_mask(n):
    return (1 << 8 * n) - 1


def same_bytes(left, start, right, other, n):
    return left[start : start + n] == right[other : other + n]


def hash_bytes(data, start, stop, seed):
    h = seed
    for place in range(start, stop, 8):
        bits = int.from_bytes(data[place : min(place + 8, stop)], "little")
        h = ((h ^ bits) % 2**32) * 2654435761
        h = (h ^ h >> 32 ^ bits >> 32) % 2**32 * 2654435761
        h = (h ^ h >> 29) % 2**32
    return h
