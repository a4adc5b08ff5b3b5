"""Render members' Markdown as safe HTML, with ||spoilers|| that readers can reveal."""

from __future__ import annotations

import re

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

TAGS = {
    "p", "br", "em", "strong", "s", "blockquote", "ul", "ol", "li", "a", "code", "pre", "hr", "h3", "h4", "div", "span",
    "details", "summary",
}  # fmt: skip
SPOILER = re.compile(r"\|\|(?=\S)(.+?)(?<=\S)\|\|", re.DOTALL)
MARK = "||"
SPOILER_OPEN = '<details class="spoiler">%s<span>'


def render(text: str) -> SafeString:
    """Render Markdown as safe HTML: no images or raw HTML, links marked nofollow, small headings."""
    html = nh3.clean(
        _markdown.render(text),
        tags=TAGS,
        attributes={"a": {"href"}, "span": {"class"}, "details": {"class"}},
        url_schemes={"http", "https"},
        link_rel="nofollow ugc noopener",
    )
    return mark_safe(html)


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
        state.push("spoiler_open", "", 1).content = _summary(match[1])
        state.pos, state.posMax = match.start(1), match.end(1)
        state.md.inline.tokenize(state)
        state.push("spoiler_close", "", -1)
        state.posMax = end
    state.pos = match.end()
    return True


def _summary(hidden: str) -> str:
    """Return the button of a spoiler. It says how long the hidden text is; CSS shows one of its two texts."""
    n = len(hidden.split())
    show = ngettext("Show spoiler (%(n)d word)", "Show spoiler (%(n)d words)", n) % {"n": n}
    texts = (("to-open", show), ("to-close", gettext("Hide spoiler")))
    return "<summary>" + "".join(f'<span class="{name}">{escape(text)}</span>' for name, text in texts) + "</summary>"


def _make_room(state: StateCore) -> None:
    """Turn paragraphs with a spoiler into blocks that may contain its button (core rule)."""
    for before, inline, after in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if before.type == "paragraph_open" and any(token.type == "spoiler_open" for token in inline.children or ()):
            before.tag = after.tag = "div"


def _make() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough").disable("image")
    markdown.inline.ruler.before("emphasis", "spoiler", _spoiler)
    markdown.inline.add_terminator_char(MARK[0])
    markdown.core.ruler.after("inline", "room_for_spoilers", _make_room)
    markdown.add_render_rule("spoiler_open", lambda self, tokens, i, options, env: SPOILER_OPEN % tokens[i].content)
    markdown.add_render_rule("spoiler_close", lambda self, tokens, i, options, env: "</span></details>")
    markdown.add_render_rule("heading_open", lambda self, tokens, i, options, env: f"<{_heading(tokens[i].tag)}>")
    markdown.add_render_rule("heading_close", lambda self, tokens, i, options, env: f"</{_heading(tokens[i].tag)}>\n")
    return markdown


def _heading(tag: str) -> str:
    return "h3" if tag in ("h1", "h2", "h3") else "h4"


_markdown = _make()
