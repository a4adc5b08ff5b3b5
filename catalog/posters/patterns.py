"""Screentones for posters: each function fills a WIDTH × HEIGHT sheet with one ink, randomised by `dice`."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, hypot, pi, sin
from random import Random

WIDTH, HEIGHT = 240, 360
Pattern = Callable[[Random, str], str]


def circle(x: float, y: float, radius: float, ink: str, opacity: float = 1) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.1f}" fill="{ink}" opacity="{opacity:.2f}"/>'


def focus(dice: Random) -> tuple[float, float]:
    """Return a random focal point in the upper half, clear of the lettering."""
    return dice.uniform(60, 180), dice.uniform(70, 160)


def speed_lines(dice: Random, ink: str) -> str:
    x, y = focus(dice)
    rays = []
    for number in range(34):
        angle, spread, start = (
            number * pi / 17 + dice.uniform(0, 0.1),
            dice.uniform(0.012, 0.055),
            dice.uniform(55, 100),
        )
        tip = f"{x + cos(angle) * start:.0f} {y + sin(angle) * start:.0f}"
        ends = (f"{x + cos(a) * 460:.0f} {y + sin(a) * 460:.0f}" for a in (angle - spread, angle + spread))
        rays.append(f"M{tip}L{'L'.join(ends)}Z")
    return f'<path d="{"".join(rays)}" fill="{ink}"/>'


def halftone(dice: Random, ink: str) -> str:
    x, y = focus(dice)
    return "".join(
        circle(column, row, max(0.4, 6.6 - hypot(column - x, row - y) / 34), ink)
        for number, row in enumerate(range(4, HEIGHT, 13))
        for column in range(4 + number % 2 * 7, WIDTH + 8, 14)
    )


def peaks(dice: Random, ink: str) -> str:
    ranges = [circle(*focus(dice), dice.uniform(26, 48), ink, 0.9)]
    for depth in range(4):
        x, points = -20.0, [f"-20,{HEIGHT}"]
        while x < WIDTH + 40:
            points.append(f"{x:.0f},{150 + depth * 46 - dice.uniform(0, 70):.0f}")
            x += dice.uniform(22, 56)
        points.append(f"{WIDTH + 40},{HEIGHT}")
        ranges.append(f'<polygon points="{" ".join(points)}" fill="{ink}" opacity="{0.16 + depth * 0.15:.2f}"/>')
    return "".join(ranges)


def rings(dice: Random, ink: str) -> str:
    x, y = focus(dice)
    return f'<g fill="none" stroke="{ink}">' + "".join(
        f'<circle cx="{x:.0f}" cy="{y + 40:.0f}" r="{radius}" stroke-width="{1 + radius / 46:.1f}"/>'
        for radius in range(18, 250, 13)
    ) + "</g>"  # fmt: skip


def petals(dice: Random, ink: str) -> str:
    return "".join(
        f'<path transform="translate({dice.uniform(0, WIDTH):.0f} {dice.uniform(0, HEIGHT):.0f}) '
        f'rotate({dice.uniform(0, 360):.0f}) scale({dice.uniform(0.7, 2.8):.2f})" '
        f'd="M0 0C5-9 15-9 14 0C13 7 5 9 0 0Z" fill="{ink}" opacity="{dice.uniform(0.35, 0.95):.2f}"/>'
        for _ in range(42)
    )


def horizon(dice: Random, ink: str) -> str:
    """Draw a sun over a plain in perspective."""
    y = dice.uniform(170, 200)
    rows = "".join(f"M0 {y + 2.2 * 1.42**step:.0f}H{WIDTH}" for step in range(1, 13))
    columns = "".join(
        f"M{WIDTH / 2 + step * 9:.0f} {y:.0f}L{WIDTH / 2 + step * 74:.0f} {HEIGHT}" for step in range(-9, 10)
    )
    sun = circle(WIDTH / 2 + dice.uniform(-50, 50), y - 38, dice.uniform(44, 66), ink)
    return f'{sun}<path d="{rows}{columns}" stroke="{ink}" stroke-width="1.3"/>'


def waves(dice: Random, ink: str) -> str:
    """Draw seigaiha: overlapping scales of concentric arcs."""
    size = dice.choice([20, 24, 28])
    arcs = "".join(
        f"M{x - radius} {y}A{radius} {radius} 0 0 1 {x + radius} {y}"
        for number, y in enumerate(range(30, HEIGHT + 30, size - 2))
        for x in range(number % 2 * size, WIDTH + 2 * size, 2 * size)
        for radius in (size, size * 2 // 3, size // 3)
    )
    return f'<path d="{arcs}" fill="none" stroke="{ink}" stroke-width="2"/>'


def stripes(dice: Random, ink: str) -> str:
    lean = dice.choice([-190, 190])
    return "".join(
        f'<path d="M{x} -10l{-lean} {HEIGHT + 20}" stroke="{ink}" stroke-width="{dice.uniform(3, 18):.0f}" '
        f'opacity="{dice.uniform(0.35, 0.95):.2f}"/>'
        for x in range(min(0, lean), WIDTH + max(0, lean) + 60, 27)
    )


def levels(dice: Random, ink: str) -> str:
    phase = dice.uniform(0, pi)
    heights = ((x, 60 + abs(sin(x / 37 + phase)) * dice.uniform(90, 220)) for x in range(4, WIDTH, 16))
    return "".join(f'<rect x="{x}" y="{HEIGHT - h:.0f}" width="11" height="{h:.0f}" fill="{ink}"/>' for x, h in heights)


def drips(dice: Random, ink: str) -> str:
    return "".join(
        f'<rect x="{dice.uniform(0, WIDTH):.0f}" y="-9" rx="5" width="{dice.uniform(1, 14):.0f}" '
        f'height="{dice.uniform(120, 320):.0f}" fill="{ink}" opacity="{dice.uniform(0.2, 0.9):.2f}"/>'
        for _ in range(26)
    )


def moon(dice: Random, ink: str) -> str:
    x, y = focus(dice)
    stars = (
        circle(dice.uniform(0, WIDTH), dice.uniform(0, HEIGHT * 0.7), dice.uniform(0.6, 2.2), ink) for _ in range(60)
    )
    return "".join(stars) + circle(x, y + 20, dice.uniform(44, 78), ink)


def blinds(dice: Random, ink: str) -> str:
    """Draw light through window blinds."""
    slope = dice.uniform(-26, 26)
    return "".join(
        f'<path d="M0 {y}L{WIDTH} {y + slope:.0f}" stroke="{ink}" stroke-width="{3 + 9 * (1 - y / HEIGHT):.1f}"/>'
        for y in range(-20, HEIGHT, 21)
    )


def confetti(dice: Random, ink: str) -> str:
    return "".join(
        f'<rect transform="translate({dice.uniform(0, WIDTH):.0f} {dice.uniform(0, HEIGHT):.0f}) '
        f'rotate({dice.uniform(0, 180):.0f})" width="{dice.uniform(5, 20):.0f}" height="6" rx="3" fill="{ink}" '
        f'opacity="{dice.uniform(0.4, 1):.2f}"/>'
        for _ in range(64)
    )


def lattice(dice: Random, ink: str) -> str:
    """Draw asanoha: the hemp-leaf lattice of old textiles."""
    size = dice.choice([34, 42])
    half, tall = size / 2, size * 0.866
    lines = []
    for row in range(int(HEIGHT / tall) + 2):
        for column in range(-1, WIDTH // size + 2):
            x, y = column * size + row % 2 * half, row * tall
            lines.append(f"M{x:.0f} {y:.0f}h{size}m{-size} 0l{half:.0f} {tall:.0f}l{half:.0f} {-tall:.0f}")
            lines.append(
                f"M{x:.0f} {y:.0f}l{half:.0f} {tall / 3:.0f}v{tall * 2 / 3:.0f}m0 {-tall * 2 / 3:.0f}"
                f"l{half:.0f} {-tall / 3:.0f}"
            )
    return f'<path d="{"".join(lines)}" fill="none" stroke="{ink}" stroke-width="1.2"/>'
