"""Render members' Markdown as safe HTML, with ||spoilers|| that readers can reveal."""

from __future__ import annotations

import re

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

TAGS = {"p", "br", "em", "strong", "s", "blockquote", "ul", "ol", "li", "a", "code", "pre", "hr", "h3", "h4", "span"}
SPOILER = re.compile(r"\|\|(?=\S)(.+?)(?<=\S)\|\|", re.DOTALL)
MARK = "||"


def render(text: str) -> SafeString:
    """Render Markdown as safe HTML: no images or raw HTML, links marked nofollow, small headings."""
    html = nh3.clean(
        _markdown.render(text),
        tags=TAGS,
        attributes={"a": {"href"}, "span": {"class"}},
        url_schemes={"http", "https"},
        link_rel="nofollow ugc noopener",
    )
    label = escape(gettext("Show spoiler"))
    html = html.replace(
        '<span class="spoiler">', f'<label class="spoiler"><input type="checkbox" aria-label="{label}"><span>'
    )
    return mark_safe(html.replace("</span>", "</span></label>"))


def without_spoilers(text: str) -> str:
    """Replace spoilers with "[…]", for feeds, notifications and previews."""
    return SPOILER.sub("[…]", text)


def _spoiler(state: StateInline, silent: bool) -> bool:
    """Parse ||…|| (inline rule)."""
    if not state.src.startswith(MARK, state.pos):
        return False
    match = SPOILER.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        end = state.posMax
        state.push("spoiler_open", "span", 1).attrs = {"class": "spoiler"}
        state.pos, state.posMax = match.start(1), match.end(1)
        state.md.inline.tokenize(state)
        state.push("spoiler_close", "span", -1)
        state.posMax = end
    state.pos = match.end()
    return True


def _make() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough").disable("image")
    markdown.inline.ruler.before("emphasis", "spoiler", _spoiler)
    markdown.inline.add_terminator_char(MARK[0])
    markdown.add_render_rule("heading_open", lambda self, tokens, i, options, env: f"<{_heading(tokens[i].tag)}>")
    markdown.add_render_rule("heading_close", lambda self, tokens, i, options, env: f"</{_heading(tokens[i].tag)}>\n")
    return markdown


def _heading(tag: str) -> str:
    return "h3" if tag in ("h1", "h2", "h3") else "h4"


_markdown = _make()
