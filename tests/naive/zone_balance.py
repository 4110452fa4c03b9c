"""Heat balance of one zone, by what it does in the long run."""


def steady_gain(states, poles, direct):
    """Rise of the air after thousands of hours of one unit of an input."""
    values = [0.0] * len(poles)
    for _ in range(5000):
        values = [pole * x + b for pole, x, b in zip(poles, values, states, strict=True)]
    return direct + sum(values)


def stored(poles, states, kelvin):
    """Heat at the air node that freely decaying states give back, W h: the sum of what they still warm the air by."""
    total = 0.0
    for pole, state in zip(poles, states, strict=True):
        for _ in range(5000):
            state *= pole
            total += state
    return total / kelvin
