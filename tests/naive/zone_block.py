"""What the loops over rows of lanes do to one lane, written out."""


def add_inputs(gain, suns, drives, p, s, u):
    """One rank in one hour: coefficients times gains, sun and shared drives."""
    total = gain * p
    for coefficient, value in zip(suns, s, strict=True):
        total += coefficient * value
    for coefficient, value in zip(drives, u, strict=True):
        total += coefficient * value
    return total


def step(poles, ports, states, forced, per_watt, extra, t_out, set_heat, set_cool, heat_limit, cool_limit):
    """One hour without airing: new states, heating, cooling and air temperature."""
    y = [pole * x + r for pole, x, r in zip(poles, states, forced, strict=True)]
    free = (sum(y) + per_watt * extra * t_out) / (1.0 + per_watt * extra)
    watt_per_kelvin = 1.0 / per_watt + extra
    heat = min(max((set_heat - free) * watt_per_kelvin, 0.0), heat_limit)
    cool = min(max((free - set_cool) * watt_per_kelvin, 0.0), cool_limit)
    air = free + (heat - cool) / watt_per_kelvin
    into = heat - cool + extra * (t_out - air)
    return [v + port * into for v, port in zip(y, ports, strict=True)], heat, cool, air


def tally(values):
    """Sum, largest value above 0 and its first position, else -1."""
    peak = max(max(values), 0.0)
    return sum(values), peak, values.index(peak) if peak > 0.0 else -1
