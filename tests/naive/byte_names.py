"""Numbers by a dictionary."""


def number_spans(words):
    """Number of each word, equal ones alike, in the order they are met."""
    numbers = {}
    return [numbers.setdefault(word, len(numbers)) for word in words]
