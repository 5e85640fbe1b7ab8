"""Functions of exported scripts; `xps.script` copies those that a fit needs.

A line shape takes u = (E - center) / FWHM, and returns a curve of unit area and unit FWHM, its
slope by u, and its derivatives by the parameters of the shape.
"""

import math
from functools import lru_cache, partial

import lmfit
import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, gammaln, wofz

# Line shapes --------------------------------------------------------------------------------------

LN2 = math.log(2.0)
GAUSS_AREA = math.sqrt(math.pi / LN2) / 2.0  # of a Gaussian of unit height and FWHM
LORENTZ_AREA = math.pi / 2.0
SIGMA_PER_M = 0.7133 / 243.0  # CasaXPS's m: standard deviation over the Lorentzian's FWHM


def gauss_and_lorentz(u):
    """Gaussian and Lorentzian of unit height, and their slopes."""
    gauss, lorentz = np.exp(-4.0 * LN2 * u**2), 1.0 / (1.0 + 4.0 * u**2)
    return gauss, lorentz, -8.0 * LN2 * u * gauss, -8.0 * u * lorentz**2


def gaussian(u):
    """Gaussian."""
    gauss, _, slope, _ = gauss_and_lorentz(u)
    return gauss / GAUSS_AREA, slope / GAUSS_AREA, []


def lorentzian(u):
    """Lorentzian."""
    _, lorentz, _, slope = gauss_and_lorentz(u)
    return lorentz / LORENTZ_AREA, slope / LORENTZ_AREA, []


def sgl(u, mixing):
    """Sum of Gaussian and Lorentzian, mixed by height: CasaXPS's SGL."""
    gauss, lorentz, d_gauss, d_lorentz = gauss_and_lorentz(u)
    area = (1.0 - mixing) * GAUSS_AREA + mixing * LORENTZ_AREA
    curve = ((1.0 - mixing) * gauss + mixing * lorentz) / area
    slope = ((1.0 - mixing) * d_gauss + mixing * d_lorentz) / area
    by_mixing = (lorentz - gauss - curve * (LORENTZ_AREA - GAUSS_AREA)) / area
    return curve, slope, [by_mixing]


def pseudo_voigt(u, mixing):
    """Sum of Gaussian and Lorentzian, mixed by area."""
    gauss, lorentz, d_gauss, d_lorentz = gauss_and_lorentz(u)
    curve = (1.0 - mixing) * gauss / GAUSS_AREA + mixing * lorentz / LORENTZ_AREA
    slope = (1.0 - mixing) * d_gauss / GAUSS_AREA + mixing * d_lorentz / LORENTZ_AREA
    return curve, slope, [lorentz / LORENTZ_AREA - gauss / GAUSS_AREA]


def stretched(profile, area, u, *parameters):
    """Scale a profile of y so that its area and its FWHM are one: y = width * u.

    The profile returns its curve, slope and derivatives by the parameters; the area its value and
    the same derivatives.
    """
    width, by_width = full_width(profile, parameters)
    whole, by_area = area(*parameters)
    curve, slope, by_parameters = profile(width * u, *parameters)
    curve, slope = curve * width / whole, slope * width**2 / whole
    derivatives = [
        row * width / whole + (curve + u * slope) * d_width / width - curve * d_area / whole
        for row, d_width, d_area in zip(by_parameters, by_width, by_area)
    ]
    return curve, slope, derivatives


@lru_cache(maxsize=4096)
def full_width(profile, parameters):
    """Full width at half of the maximum, and its derivatives by the parameters."""
    y = 1e-3 * np.sinh(np.linspace(-1.0, 1.0, 801) * math.asinh(2e5))  # -200 to 200
    height = profile(y, *parameters)[0]
    top = int(np.argmax(height))

    def at(place, row):
        return profile(np.array([place]), *parameters)[row][0]

    peak = y[top]
    if at(y[top - 1], 1) > 0.0 > at(y[top + 1], 1):
        peak = brentq(at, y[top - 1], y[top + 1], args=(1,), xtol=1e-15, rtol=1e-15)
    half = 0.5 * at(peak, 0)
    left = int(np.flatnonzero(height[:top] < half)[-1])
    right = top + int(np.flatnonzero(height[top:] < half)[0])
    low = brentq(lambda place: at(place, 0) - half, y[left], y[left + 1], xtol=1e-15, rtol=1e-15)
    high = brentq(lambda place: at(place, 0) - half, y[right - 1], y[right], xtol=1e-15, rtol=1e-15)
    _, slope, rows = profile(np.array([low, high, peak]), *parameters)
    moved = [(0.5 * row[2] - row[:2]) / slope[:2] for row in rows]
    return high - low, [ends[1] - ends[0] for ends in moved]


def gl(u, mixing):
    """Product of Gaussian and Lorentzian: CasaXPS's GL."""
    return stretched(gl_profile, gl_area, u, mixing)


def gl_profile(y, mixing):
    gauss, lorentz = np.exp(-4.0 * LN2 * (1.0 - mixing) * y**2), 1.0 / (1.0 + 4.0 * mixing * y**2)
    curve = gauss * lorentz
    slope = curve * (-8.0 * LN2 * (1.0 - mixing) - 8.0 * mixing * lorentz) * y
    return curve, slope, [curve * (4.0 * LN2 - 4.0 * lorentz) * y**2]


def gl_area(mixing):
    s = np.linspace(-8.0, 8.0, 1601)  # the trapezoid rule in y = sinh s is exact to rounding
    curve, _, (by_mixing,) = gl_profile(np.sinh(s), mixing)
    step = (s[1] - s[0]) * np.cosh(s)
    return float(curve @ step), [float(by_mixing @ step)]


def voigt(u, mixing):
    """Convolution of a Gaussian of FWHM 1 - mixing with a Lorentzian of FWHM mixing, scaled."""
    return stretched(voigt_profile, voigt_area, u, mixing)


def voigt_profile(y, mixing):
    sigma, gamma = (1.0 - mixing) / math.sqrt(8.0 * LN2), 0.5 * mixing
    z = (y + 1j * gamma) / (sigma * math.sqrt(2.0))
    w = wofz(z)
    per_y = 1.0 / (sigma * math.sqrt(2.0))
    height = per_y / math.sqrt(math.pi)
    d_w = -2.0 * z * w + 2j / math.sqrt(math.pi)
    by_gamma = -height * per_y * d_w.imag
    by_sigma = -height / sigma * (w + z * d_w).real
    by_mixing = 0.5 * by_gamma - by_sigma / math.sqrt(8.0 * LN2)
    return height * w.real, height * per_y * d_w.real, [by_mixing]


def voigt_area(mixing):
    return 1.0, [0.0]


def broadened(core, y, *parameters):
    """A line of Lorentzian width one, convolved with a Gaussian of width m, the last parameter.

    Each side of the line is integrated over the reach of the Gaussian with Gauss's quadrature in
    v, y = sinh(v) / 2, in which the line is smooth.
    """
    *values, m = parameters
    sigma = SIGMA_PER_M * m
    if sigma < 1e-6:
        curve, slope, by_values = core(y, *values)
        return curve, slope, [*by_values, np.zeros_like(y)]
    nodes, weights = np.polynomial.legendre.leggauss(40)
    whole = 0.0
    for side in (-1.0, 1.0):
        low, high = np.arcsinh(2.0 * (y - 7.5 * sigma)), np.arcsinh(2.0 * (y + 7.5 * sigma))
        low, high = (np.minimum(low, 0.0), np.minimum(high, 0.0)) if side < 0.0 else (
            np.maximum(low, 0.0), np.maximum(high, 0.0)
        )  # fmt: skip
        half = 0.5 * (high - low)[:, None]
        v = low[:, None] + half * (nodes + 1.0)
        place = 0.5 * np.sinh(v)
        t = (y[:, None] - place) / sigma
        weight = half * weights * 0.5 * np.cosh(v) * np.exp(-0.5 * t**2)
        weight /= sigma * math.sqrt(2.0 * math.pi)
        curve, slope, by_values = core(place, *values)
        whole = whole + np.array(
            [(row * weight).sum(axis=1) for row in (curve, slope, *by_values, -slope * t)]
        )
    curve, slope, *by_values, by_sigma = whole
    return curve, slope, [*by_values, by_sigma * SIGMA_PER_M]


def la(u, alpha, beta, m):
    """Lorentzian raised to a power on either side, broadened: CasaXPS's LA(alpha, beta, m)."""
    return stretched(LA_PROFILE, la_area, u, alpha, beta, m)


def la_symmetric(u, alpha, m):
    """The same with one power: CasaXPS's LA(alpha, m)."""
    curve, slope, (by_alpha, by_beta, by_m) = la(u, alpha, alpha, m)
    return curve, slope, [by_alpha + by_beta, by_m]


def la_core(y, alpha, beta):
    above, base = y > 0.0, 1.0 + 4.0 * y**2
    power = np.where(above, alpha, beta)
    curve = base**-power
    by_power = -np.log(base) * curve
    slope = -8.0 * power * y * curve / base
    return curve, slope, [np.where(above, by_power, 0.0), np.where(above, 0.0, by_power)]


LA_PROFILE = partial(broadened, la_core)


def la_area(alpha, beta, m):
    powers = np.array([alpha, beta])
    sides = 0.25 * math.sqrt(math.pi) * np.exp(gammaln(powers - 0.5) - gammaln(powers))
    slopes = sides * (digamma(powers - 0.5) - digamma(powers))
    return float(sides.sum()), [float(slopes[0]), float(slopes[1]), 0.0]


def lf(u, alpha, beta, damping, m):
    """The same with tails that are damped by a Gaussian."""
    return stretched(LF_PROFILE, lf_area, u, alpha, beta, damping, m)


def lf_core(y, alpha, beta, damping):
    curve, slope, by_powers = la_core(y, alpha, beta)
    damp = np.exp(-((damping * y) ** 2))
    curve = curve * damp
    slope = slope * damp - 2.0 * damping**2 * y * curve
    return curve, slope, [*(row * damp for row in by_powers), -2.0 * damping * y**2 * curve]


LF_PROFILE = partial(broadened, lf_core)


def lf_area(alpha, beta, damping, m):
    nodes, weights = np.polynomial.legendre.leggauss(128)
    half = 0.5 * math.asinh(12.6 / damping)
    v = half * (nodes + 1.0)
    weight = np.tile(weights * half * 0.5 * np.cosh(v), 2)
    curve, _, rows = lf_core(
        np.concatenate([0.5 * np.sinh(v), -0.5 * np.sinh(v)]), alpha, beta, damping
    )
    return float(curve @ weight), [*(float(row @ weight) for row in rows), 0.0]


def doniach_sunjic(u, asymmetry, m):
    """The line of a metal, broadened; its area is that within 25 widths."""
    return stretched(DONIACH_PROFILE, doniach_area, u, asymmetry, m)


def doniach_core(y, asymmetry):
    angle, base = np.arctan(2.0 * y), 1.0 + 4.0 * y**2
    height = base ** (0.5 * (asymmetry - 1.0))
    phase = 0.5 * math.pi * asymmetry - (1.0 - asymmetry) * angle
    curve = height * np.cos(phase)
    slope = height * np.sin(phase - angle) * 2.0 * (1.0 - asymmetry) / np.sqrt(base)
    by_asymmetry = 0.5 * np.log(base) * curve - height * np.sin(phase) * (angle + 0.5 * math.pi)
    return curve, slope, [by_asymmetry]


DONIACH_PROFILE = partial(broadened, doniach_core)


def doniach_area(asymmetry, m):
    log_radius, phi = 0.5 * math.log1p(4.0 * 25.0**2), math.atan(50.0)
    a = max(asymmetry, 1e-7)
    area = math.cos(0.5 * math.pi * a) * math.exp(a * log_radius) * math.sin(a * phi) / a
    slope = log_radius - 0.5 * math.pi * math.tan(0.5 * math.pi * a)
    series = -a * phi**2 / 3.0  # of phi / tan(a phi) - 1 / a
    slope += phi / math.tan(a * phi) - 1.0 / a if a > 1e-4 else series
    return area, [area * slope, 0.0]


def exponential_tail(u, mixing, tail):
    """SGL with an exponential tail at high binding energy: CasaXPS's T(k), k = 1 / tail."""
    return stretched(tailed_profile, tailed_area, u, mixing, max(tail, 1e-6))


def tailed_profile(y, mixing, tail):
    gauss, lorentz, d_gauss, d_lorentz = gauss_and_lorentz(y)
    plain = (1.0 - mixing) * gauss + mixing * lorentz
    slope = (1.0 - mixing) * d_gauss + mixing * d_lorentz
    right = np.maximum(y, 0.0)
    decay = np.where(y > 0.0, np.exp(-right / tail), 0.0)
    curve = plain + (1.0 - plain) * decay
    slope = slope * (1.0 - decay) - (1.0 - plain) * decay / tail
    by_tail = (1.0 - plain) * decay * right / tail**2
    return curve, slope, [(lorentz - gauss) * (1.0 - decay), by_tail]


def tailed_area(mixing, tail):
    s = np.linspace(-4.5, 4.5, 2001)  # double exponential quadrature of the tail
    y = tail * np.exp(s - np.exp(-s))
    step = (s[1] - s[0]) * y * (1.0 + np.exp(-s))
    gauss, lorentz, _, _ = gauss_and_lorentz(y)
    decay = np.exp(-y / tail) * step
    rest = 1.0 - (1.0 - mixing) * gauss - mixing * lorentz
    plain = (1.0 - mixing) * GAUSS_AREA + mixing * LORENTZ_AREA
    by_mixing = LORENTZ_AREA - GAUSS_AREA - float((lorentz - gauss) @ decay)
    return plain + float(rest @ decay), [by_mixing, float((rest * y) @ decay) / tail**2]


# Backgrounds and model ----------------------------------------------------------------------------


def below(energy, curve):
    """Integral of a curve from the low binding energy end: the step of a Shirley background."""
    steps = 0.5 * np.diff(energy) * (curve[1:] + curve[:-1])
    return np.concatenate([[0.0], np.cumsum(steps)])


def losses(energy, b, c, d, gap):
    """Matrix from peaks to electrons that lost energy: Tougaard's b T / ((c - T^2)^2 + d T^2).

    Without d it is b T / (c + T^2)^2. Nothing is lost up to the gap.
    """

    def density(loss):
        return b * loss / ((c + loss**2) ** 2 if d is None else (c - loss**2) ** 2 + d * loss**2)

    steps = np.diff(energy)
    weights = 0.5 * (np.append(steps, 0.0) + np.append(0.0, steps))
    loss = energy[:, None] - energy
    part = np.clip(loss - gap + 0.5 * weights, 0.0, weights) if gap else weights
    matrix = density(np.maximum(loss, 0.0)) * part
    kink = 0.0 if gap else steps**2 / 12.0 * b / c**2
    matrix[np.arange(1, energy.size), np.arange(1, energy.size)] = kink
    return matrix


def model(region, value):
    """The curve of a region, and its derivatives by all of its numbers."""
    energy, background = region["energy"], region["background"]
    start, total, derivatives = energy - region["start"], 0.0, {}
    steps = background.get("steps", {})
    loss = background["losses"](energy) if "losses" in background else None
    shift = 0.0 if region["shift"] is None else value[region["shift"]]

    def on_background(curve, component):
        """A peak with the background that it makes."""
        whole = curve
        if component in steps:
            whole = whole + value[steps[component]] * below(energy, curve)
        if loss is not None:
            whole = whole + value[background["t"]] * (loss @ curve)
        return whole

    for component in region["components"]:
        area, center, fwhm, *shape = component["numbers"]
        peak = by_center = by_fwhm = 0.0
        by_shape = [0.0 for _ in shape]
        for offset, fraction in component["lines"]:
            u = (energy - value[center] - shift - offset) / value[fwhm]
            curve, slope, rows = component["shape"](u, *(value[name] for name in shape))
            scale = fraction / value[fwhm]
            peak = peak + scale * curve
            by_center = by_center - scale * slope / value[fwhm]
            by_fwhm = by_fwhm - scale * (curve + u * slope) / value[fwhm]
            by_shape = [sum_ + scale * row for sum_, row in zip(by_shape, rows)]
        name = component["name"]
        derivatives[area] = on_background(peak, name)
        for number, row in zip((center, fwhm, *shape), (by_center, by_fwhm, *by_shape)):
            derivatives[number] = value[area] * on_background(row, name)
        total = total + value[area] * derivatives[area]
        if name in steps:
            raised = value[area] * below(energy, peak)
            derivatives[steps[name]] = derivatives.get(steps[name], 0.0) + raised
        if loss is not None:
            lost = value[area] * (loss @ peak)
            derivatives[background["t"]] = derivatives.get(background["t"], 0.0) + lost
    for power, number in background.get("polynomial", {}).items():
        derivatives[number] = start**power
        total = total + value[number] * start**power
    if region["shift"] is not None:
        centers = {component["numbers"][1] for component in region["components"]}
        derivatives[region["shift"]] = sum(derivatives[center] for center in centers)
    return total + background.get("computed", 0.0), derivatives


# The fit ------------------------------------------------------------------------------------------


def numbers(fit, free):
    """All numbers of a fit from the free ones, and their derivatives by these."""
    identity = np.identity(len(fit["free"]))
    value = dict(fit["fixed"])
    by_free = dict.fromkeys(value, np.zeros(len(free)))
    for row, name in enumerate(fit["free"]):
        value[name], by_free[name] = free[row], identity[row]
    for name, leader, ratio, sigma, epsilon in fit["ties"]:
        factor = ratio * math.exp(sigma * value[epsilon]) if epsilon else ratio
        value[name], by_free[name] = factor * value[leader], factor * by_free[leader]
        if epsilon:
            by_free[name] = by_free[name] + sigma * value[name] * by_free[epsilon]
    for name, (target, factor, distance) in fit["links"].items():
        value[name], by_free[name] = factor * value[target] + distance, factor * by_free[target]
    return value, by_free


def residual(parameters, fit):
    """Model minus data in standard deviations, and what the expectations are missed by."""
    value, _ = numbers(fit, [parameters[name].value for name in fit["free"]])
    rows = [(model(r, value)[0] - r["data"]) / r["sigma"] for r in fit["regions"]]
    for name, other, mean, sigma in fit["expectations"]:
        distance = value[name] - (value[other] if other else 0.0)
        rows.append([(distance - mean) / sigma])
    return np.concatenate(rows)


def jacobian(parameters, fit):
    """Derivatives of `residual` by the free parameters."""
    value, by_free = numbers(fit, [parameters[name].value for name in fit["free"]])
    rows = []
    for region in fit["regions"]:
        by_number = model(region, value)[1]
        whole = sum(np.outer(row, by_free[name]) for name, row in by_number.items())
        rows.append(whole / region["sigma"][:, None])
    for name, other, _, sigma in fit["expectations"]:
        row = by_free[name] - (by_free[other] if other else 0.0)
        rows.append(row[None, :] / sigma)
    return np.concatenate(rows)


def solve(fit):
    """Fit; return the values and standard errors of all numbers."""
    parameters = lmfit.Parameters()
    for name, (start, low, high) in fit["free"].items():
        parameters.add(name, value=start, min=low, max=high)
    minimizer = lmfit.Minimizer(residual, parameters, fcn_args=(fit,), scale_covar=False)
    result = minimizer.minimize(
        method="least_squares", jac=jacobian, x_scale="jac", ftol=1e-15, xtol=1e-15, gtol=1e-15
    )
    value, by_free = numbers(fit, [result.params[name].value for name in fit["free"]])
    rows = jacobian(result.params, fit)
    covariance = np.linalg.inv(rows.T @ rows)
    for names, variance in fit["scale"]:  # what is not known of the reference's energy
        moved = np.array([float(name in names) for name in fit["free"]])
        covariance = covariance + variance * np.outer(moved, moved)
    errors = {name: math.sqrt(row @ covariance @ row) for name, row in by_free.items()}
    for region in fit["regions"]:
        if region["freedom"] is not None:  # the size of the noise is that of the residuals
            own = set(region["numbers"])
            missed = ((model(region, value)[0] - region["data"]) / region["sigma"]) ** 2
            chi2 = missed.sum() + sum(
                ((value[name] - (value[other] if other else 0.0) - mean) / sigma) ** 2
                for name, other, mean, sigma in fit["expectations"]
                if name in own
            )
            for name in own:
                errors[name] *= math.sqrt(chi2 / region["freedom"])
    return value, errors


def report(fit, value, error):
    """Print a table of each region, and how far it is from what Doublet found."""
    far = {"values": 0.0, "errors": 0.0}
    for region in fit["regions"]:
        print(f"\n{region['title']}")
        print(f"{'component':24}{'center / eV':>22}{'FWHM / eV':>20}{'area':>26}")
        for component in region["components"]:
            cells = []
            for name, digits in zip(component["numbers"], (2, 4, 4)):
                cells.append(f"{value[name]:.{digits}f} ± {error[name]:.{digits}f}")
            area, center, fwhm = cells
            print(f"{component['title'][:23]:24}{center:>22}{fwhm:>20}{area:>26}")
        for name, (stored, stored_error) in region["stored"].items():
            scale = max(abs(stored), stored_error or 0.0)
            far["values"] = max(far["values"], abs(value[name] - stored) / (scale or 1.0))
            if stored_error:
                off = abs(error[name] / stored_error - 1.0)
                far["errors"] = max(far["errors"], off)
    print(
        f"\nlargest relative difference from Doublet: {far['values']:.1e} of the values, "
        f"{far['errors']:.1e} of the errors"
    )


def run(fits):
    """Fit everything, print it, and return values and errors by fit."""
    results = []
    for fit in fits:
        value, error = solve(fit)
        report(fit, value, error)
        results.append((value, error))
    return results
