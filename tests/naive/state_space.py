"""A diagonal state-space model of one zone, one hour at a time, by solving for the air temperature."""


def steady(of_states, pole, direct):
    """Change of the air temperature in the long run per unit of an input."""
    return direct + sum(b / (1.0 - p) for b, p in zip(of_states, pole, strict=True))


def start(space, drives, sun, gains, set_heat, set_cool, heating_limit, cooling_limit):
    """States that constant conditions settle at; `space` holds the nine arrays of one zone."""
    pole, drive, by_sun, gain, port, direct_drive, direct_sun, direct_gain, direct_port = space
    states = range(len(pole))
    free = gains * steady(gain, pole, direct_gain)
    for k, value in enumerate(drives):
        free += value * steady([drive[i][k] for i in states], pole, direct_drive[k])
    for m, value in enumerate(sun):
        free += value * steady([by_sun[i][m] for i in states], pole, direct_sun[m])
    per_watt = steady(port, pole, direct_port)
    power = 0.0
    if free < set_heat:
        power = min((set_heat - free) / per_watt, heating_limit)
    if free > set_cool:
        power = -min((free - set_cool) / per_watt, cooling_limit)
    return [
        (
            sum(drive[i][k] * value for k, value in enumerate(drives))
            + sum(by_sun[i][m] * value for m, value in enumerate(sun))
            + gain[i] * gains
            + port[i] * power
        )
        / (1.0 - pole[i])
        for i in states
    ]


def simulate_zone(
    space, state, t_out, drives, sun, gains, set_heat, set_cool, extra, airing, airing_above, heating_limit,
    cooling_limit,
):  # fmt: skip
    """Heating and cooling (W) and air temperature of each hour from the states `state`.

    Hour h has ``t_out[h]``, ``drives[k][h]``, ``sun[m][h]``, ``gains[h]``, its set-points, ``extra[h]`` W/K to outdoor
    air and up to ``airing[h]`` W/K more where it is too warm; `cooling_limit` is 0 or infinite where there is airing.
    """
    pole, drive, by_sun, gain, port, direct_drive, direct_sun, direct_gain, direct_port = space
    states = range(len(pole))
    state = list(state)
    result = []
    for h in range(len(t_out)):
        y = [
            pole[i] * state[i]
            + sum(drive[i][k] * drives[k][h] for k in range(len(drives)))
            + sum(by_sun[i][m] * sun[m][h] for m in range(len(sun)))
            + gain[i] * gains[h]
            for i in states
        ]
        fixed = sum(y) + direct_gain * gains[h]
        fixed += sum(direct_drive[k] * drives[k][h] for k in range(len(drives)))
        fixed += sum(direct_sun[m] * sun[m][h] for m in range(len(sun)))
        per_watt = direct_port + sum(port)

        def air_at(power, conductance, fixed=fixed, per_watt=per_watt, out=t_out[h]):
            return (fixed + per_watt * (power + conductance * out)) / (1.0 + per_watt * conductance)

        def power_for(air, conductance, fixed=fixed, per_watt=per_watt, out=t_out[h]):
            return (air - fixed) / per_watt - conductance * (out - air)

        linked, power = extra[h], 0.0
        free = air_at(0.0, linked)
        useless = cooling_limit > 0.0 and (set_cool[h] < airing_above or set_cool[h] <= t_out[h])
        if free < set_heat[h]:
            power = min(power_for(set_heat[h], linked), heating_limit)
        elif airing[h] > 0.0 and free > airing_above and free > t_out[h] and not useless:
            wide = air_at(0.0, extra[h] + airing[h])
            if wide >= airing_above:
                linked = extra[h] + airing[h]
                if wide > set_cool[h]:
                    power = max(power_for(set_cool[h], linked), -cooling_limit)
            else:
                # just as wide as it takes
                linked = extra[h] + power_for(airing_above, extra[h]) / (t_out[h] - airing_above)
        elif free > set_cool[h]:
            power = max(power_for(set_cool[h], linked), -cooling_limit)
        air = air_at(power, linked)
        into = power + linked * (t_out[h] - air)
        state = [y[i] + port[i] * into for i in states]
        result.append((max(power, 0.0), max(-power, 0.0), air))
    return result
