"""Colour as eyes see it: WCAG contrast, CIEDE2000, and colour blindness, by coloraide."""

from coloraide import Color

# of colour blindness as in Machado GM, Oliveira MM, Fernandes LAF, IEEE TVCG 2009;15:1291-1298,
# doi:10.1109/TVCG.2009.113, severity 1.0
EYES = ("normal", "protan", "deutan", "tritan")


def contrast(one, other):
    """WCAG 2.2 contrast ratio, whose formula is that of 2.1."""
    return Color(one).contrast(other, method="wcag21")


def view_as(color, eye):
    """The colour as an eye sees it, cut to what a screen can show."""
    linear = Color(color).convert("srgb-linear")
    if eye != "normal":
        linear.filter(eye, method="machado", in_place=True)
    return linear.clip()


def delta_e00(one, other):
    """CIEDE2000; Sharma G et al., Color Res Appl 2005;30:21-30, doi:10.1002/col.20070."""
    return one.delta_e(other, method="2000")
