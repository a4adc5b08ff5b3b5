"""Looks at a page as somebody with a phone, with a desk, or with a screen reader would."""

# ruff: noqa: E501  (scripts and tables of pages)

from __future__ import annotations

import os

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

WIDTHS = (1440, 390)
EVERYTHING = [(390, "dark"), (1440, "light"), (390, "light"), (1440, "dark")]
LOOKS = EVERYTHING if "WALK" in os.environ else EVERYTHING[:2]


def looks_at_page(n: int) -> list[tuple[int, str]]:
    """`make walk` looks at every page at each width in each theme; the suite, for its time, at one of the four in turn."""
    return EVERYTHING if "WALK" in os.environ else [EVERYTHING[n % 4]]


AUDIT = """() => {
  const shown = [...document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea, summary")]
    .filter((one) => one.checkVisibility() && !one.closest("[aria-hidden=true]"));
  const named = (one) => one.ariaLabel || one.labels?.length || one.textContent.trim() || one.closest("label");
  const small = (one) => one.matches("button, .btn, select, summary, input:not([type=checkbox], [type=radio])")
    && !one.closest("#search-input, .search-box") && one.getBoundingClientRect().height < 39.5;
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  const labelled = (one) => `${one.getAttribute("aria-labelledby") ?? ""} ${one.getAttribute("aria-describedby") ?? ""}`
    .split(" ").filter(Boolean).every((id) => document.getElementById(id));
  const levels = [...document.querySelectorAll("h1, h2, h3")].map((one) => Number(one.tagName[1]));
  const say = (what) => (one) => `${what}: ${one.outerHTML.slice(0, 120)}`;
  return [
    ...(document.documentElement.scrollWidth > innerWidth ? ["wider than the screen"] : []),
    ...shown.filter((one) => !named(one)).map(say("no name")),
    ...(innerWidth < 500 ? shown.filter(small).map(say("too small for a thumb")) : []),
    ...[...document.querySelectorAll("img:not([alt])")].map(say("no alternative text")),
    ...[...document.querySelectorAll("[aria-labelledby], [aria-describedby]")].filter((one) => !labelled(one)).map(say("named by nothing")),
    ...ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `id used twice: ${id}`),
    ...(levels.filter((level) => level === 1).length === 1 ? [] : ["not exactly one first heading"]),
    ...levels.filter((level, place) => place && level > levels[place - 1] + 1).map((level) => `skips to heading ${level}`),
  ];
}"""
# What needs a script and is shown without one, or leads nowhere.
DEAD = """() => {
  const shown = (css) => [...document.querySelectorAll(css)].filter((one) => one.checkVisibility({visibilityProperty: true}));
  const fields = (form) => [...form.elements].filter((one) => one.checkVisibility());
  const entered = (form) => fields(form).length === 1 && fields(form)[0].matches("[type=search], [type=text]");  // sent by Enter
  const sends = (one) => one.matches("button:not([type]), [type=submit], [type=image]");
  const asks = "[hx-get], [hx-post], [hx-put], [hx-patch], [hx-delete]";
  const say = (what) => (one) => `${what}: ${one.outerHTML.slice(0, 160)}`;
  return [
    ...shown("button, [type=button], [type=reset]").filter((one) => !one.form || !sends(one)).map(say("a button of no form")),
    ...shown("a:not([href])").map(say("a link to nowhere")),
    ...shown("form").filter((one) => fields(one).length && !fields(one).some(sends) && !entered(one)).map(say("a form without a button")),
    ...shown("form").filter((one) => one.method === "post" && !one.hasAttribute("action") && !one.querySelector("[formaction]")
      && one.matches(asks)).map(say("a form that only a script sends")),
    ...shown(asks).filter((one) => !one.matches("form, a[href], button, input, select, textarea") && !one.textContent.trim())
      .map(say("a place that only a script fills")),
    ...shown(".bone").map(say("waits for ever")),
    ...shown("[data-wait]").filter((one) => ![...one.querySelectorAll("a[href]")].some((link) => link.checkVisibility())).map(say("waits for ever")),
    ...shown("[role=button], [onclick], [data-open]").map(say("does nothing")),
    ...(document.querySelector("main")?.textContent.trim() ? [] : ["an empty page"]),
  ];
}"""
# What is on a page many times over is looked at in its first few.
ALIKE = ":is(.card, .entry-row, .chip, .tops li, .signs li, .week li li, .order li, .group-title, option, tr, g):nth-child(n+4)"
FRAME = [["body > header"], ["body > footer"]]
AXE = """without => axe.run({exclude: without}, {resultTypes: ["violations"]}).then(found => found.violations.flatMap(
  ({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`)))"""


def load_all_parts(page) -> None:
    """Some of them are loaded when they come into view."""
    waiting = page.locator(".bone, .htmx-request")
    for _ in range(100):
        if not waiting.count():
            return
        page.evaluate("document.querySelector('[data-wait] .bone')?.scrollIntoView()")
        page.wait_for_timeout(50)
    expect(waiting).to_have_count(0)


def look_at(page, path: str, *, without_scripts=None, looks=LOOKS, with_frame: bool = True) -> set[str]:
    """What is wrong with a page, with everything on it loaded and opened; axe may skip the frame that all pages share.

    `without_scripts`: a page of the same site in which no script runs, to look at the same HTML there.
    """
    page.set_viewport_size({"width": 1440, "height": 900})
    html = page.goto(path).text()
    found = set(page.evaluate(AUDIT))  # while parts are still to come
    load_all_parts(page)
    found |= misfits(page)
    if without_scripts:
        found |= look_without_scripts(without_scripts, html)
    page.evaluate("for (const one of document.querySelectorAll('details:not(.menu, .filters)')) one.open = true")
    page.evaluate("alike => { for (const one of document.querySelectorAll(alike)) one.remove(); }", ALIKE)
    return found | violations(page, looks=looks, with_frame=with_frame)


def look_without_scripts(page, html: str) -> set[str]:
    """What cannot be used where no script runs, with everything on the page opened as a reader would."""
    page.set_content(html)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    return {f"without scripts: {problem}" for problem in page.evaluate(DEAD)}


def misfits(page) -> set[str]:
    """What does not fit the screen, cannot be touched or has no name."""
    found = set()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found |= {f"{width}: {problem}" for problem in page.evaluate(AUDIT)}
    return found


def violations(page, *, looks=LOOKS, with_frame: bool = True) -> set[str]:
    """What axe-core finds on the page as it is now."""
    page.evaluate("'axe' in window") or page.evaluate(AXE_SCRIPT)
    page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
    found, skipped = set(), [] if with_frame else FRAME
    for width, theme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.evaluate("for (const one of document.querySelectorAll('details.filters')) one.open = innerWidth < 900")
        found |= {f"{width} {theme}: {problem}" for problem in page.evaluate(AXE, skipped)}
    return found
