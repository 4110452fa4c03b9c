"""ISO 13790:2008 Annex C, literally: one zone, one hour at a time, with the probing step at 10 W/m2."""


def zone_temperatures(
    t_mass, t_out, t_sup, h_ve, h_w, h_em, h_ms, h_is, capacity, mass_share, internal, sun, node, power
):  # fmt: skip
    """Mass temperature at the end of the hour and the means of surface and air temperature (C.4 to C.11)."""
    phi_ia = 0.5 * internal
    phi_m = mass_share * (0.5 * internal + sun) + node
    phi_st = (1.0 - mass_share - mass_share * h_w / h_ms) * (0.5 * internal + sun)
    h_1 = 1.0 / (1.0 / h_ve + 1.0 / h_is)
    h_2 = h_1 + h_w
    h_3 = 1.0 / (1.0 / h_2 + 1.0 / h_ms)
    phi_mtot = phi_m + h_em * t_out + h_3 * (phi_st + h_w * t_out + h_1 * ((phi_ia + power) / h_ve + t_sup)) / h_2
    t_next = (t_mass * (capacity - 0.5 * (h_3 + h_em)) + phi_mtot) / (capacity + 0.5 * (h_3 + h_em))
    mean = 0.5 * (t_mass + t_next)
    t_surface = (h_ms * mean + phi_st + h_w * t_out + h_1 * (t_sup + (phi_ia + power) / h_ve)) / (h_ms + h_w + h_1)
    t_air = (h_is * t_surface + h_ve * t_sup + phi_ia + power) / (h_is + h_ve)
    return t_next, t_surface, t_air


def simulate_zone(
    t_start, t_out, node, sun, internal, set_heat, set_cool, state, h_ve, h_w, h_em, h_ms, h_is, capacity, mass_share,
    heating_limit, cooling_limit, airing, airing_above, floor_area, heating, cooling, air,
):  # fmt: skip
    """Run all hours from `t_start` and fill `heating`, `cooling` (W) and `air` (degrees Celsius).

    Hour h has ``t_out[h]``, ``node[h]``, ``sun[h]``, ``internal[h]``, its set-points and ``h_ve[state[h]]``. Returns
    the last mass temperature. Where it is too warm, ``airing[state[h]]`` W/K are opened as far as that helps, and what
    is left is cooled; `cooling_limit` is 0 or infinite where there is airing.
    """
    t_mass = t_start
    probe = 10.0 * floor_area
    for h in range(len(t_out)):
        ve = h_ve[state[h]]
        fixed = (t_out[h], t_out[h], ve, h_w, h_em, h_ms, h_is, capacity, mass_share, internal[h], sun[h], node[h])
        _, _, air_free = zone_temperatures(t_mass, *fixed, 0.0)
        power = 0.0
        if air_free < set_heat[h] or air_free > set_cool[h]:
            goal = set_heat[h] if air_free < set_heat[h] else set_cool[h]
            sign = 1.0 if air_free < set_heat[h] else -1.0
            _, _, air_probe = zone_temperatures(t_mass, *fixed, sign * probe)
            power = sign * probe * (goal - air_free) / (air_probe - air_free)
            power = min(max(power, -cooling_limit), heating_limit)
        aired = 0.0
        useless = cooling_limit > 0.0 and (set_cool[h] < airing_above or set_cool[h] <= t_out[h])
        if airing[state[h]] > 0.0 and air_free > airing_above and air_free > t_out[h] and not useless:
            wide = (t_out[h], t_out[h], ve + airing[state[h]], *fixed[3:])
            t_wide, _, air_wide = zone_temperatures(t_mass, *wide, 0.0)
            if air_wide >= airing_above:
                power = 0.0
                if cooling_limit > 0.0 and air_wide > set_cool[h]:
                    _, _, air_probe = zone_temperatures(t_mass, *wide, -probe)
                    power = -probe * (set_cool[h] - air_wide) / (air_probe - air_wide)
                    t_wide, _, air_wide = zone_temperatures(t_mass, *wide, power)
                t_mass, air[h], heating[h], cooling[h] = t_wide, air_wide, 0.0, -power
                continue
            power = 0.0
            _, _, air_probe = zone_temperatures(t_mass, *fixed, -probe)
            aired = probe * (airing_above - air_free) / (air_probe - air_free)
        t_mass, _, air[h] = zone_temperatures(t_mass, *fixed, power - aired)
        heating[h] = max(power, 0.0)
        cooling[h] = max(-power, 0.0)
    return t_mass


def steady_heating(t_air, t_out, h_ve, h_w, h_op, h_is):
    """Power that holds `t_air` in the steady state without gains: the surface node sits between air and outdoors."""
    return (h_ve + 1.0 / (1.0 / h_is + 1.0 / (h_w + h_op))) * (t_air - t_out)
