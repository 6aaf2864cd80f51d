"""Colour as eyes see it: WCAG contrast, CIEDE2000, and colour blindness by Machado et al."""

import math

import numpy as np

# Machado GM, Oliveira MM, Fernandes LAF, IEEE TVCG 2009;15:1291-1298, doi:10.1109/TVCG.2009.113, severity 1.0
BLIND = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# sRGB to XYZ, D65 (IEC 61966-2-1)
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(colour):
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG 2.2 contrast ratio."""
    low, high = sorted(float(linear(c) @ XYZ[1]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    t = (XYZ @ np.clip(rgb, 0, 1)) / XYZ.sum(axis=1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def seen(colour, eye):
    return lab(BLIND[eye] @ linear(colour))


def delta_e00(one, other):
    """CIEDE2000; Sharma G et al., Color Res Appl 2005;30:21-30, doi:10.1002/col.20070."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(c**7 / (c**7 + 25**7)))
    (c1, h1), (c2, h2) = (
        (math.hypot(a * (1 + g), b), math.degrees(math.atan2(b, a * (1 + g))) % 360)
        for a, b in ((a1, b1), (a2, b2))
    )
    dh = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    total = h1 + h2
    mean = (
        total
        if c1 * c2 == 0
        else total / 2
        if abs(h1 - h2) <= 180
        else (total + (360 if total < 360 else -360)) / 2
    )
    big_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh) / 2)
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(mean - 30))
        + 0.24 * math.cos(math.radians(2 * mean))
        + 0.32 * math.cos(math.radians(3 * mean + 6))
        - 0.20 * math.cos(math.radians(4 * mean - 63))
    )
    sl = 1 + 0.015 * (lm - 50) ** 2 / math.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    turn = 60 * math.exp(-(((mean - 275) / 25) ** 2))
    rt = -2 * math.sqrt(cm**7 / (cm**7 + 25**7)) * math.sin(math.radians(turn))
    return math.sqrt(
        ((l2 - l1) / sl) ** 2
        + ((c2 - c1) / sc) ** 2
        + (big_h / sh) ** 2
        + rt * ((c2 - c1) / sc) * (big_h / sh)
    )
