"""Numbers on cards, each with the link to its list; one piece of markup, in which all texts are escaped."""

from collections.abc import Iterable
from html import escape

import streamlit as st

# Colours are mixed from that of the text, so that one sheet serves light and dark. Of columns there are two at most.
LOOKS = """<style>
.summary { display: grid; gap: 0 2rem;
  grid-template-columns: repeat(auto-fit, minmax(max(min(100%, 21rem), 40%), 1fr)) }
.summary ul { list-style: none; margin: 0; padding: 0 }
.summary li { position: relative; margin: 0; padding: .35rem .5rem; border-radius: .5rem;
  font-size: .93rem }
.summary .numbers { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 1rem }
.summary .numbers li { flex: 1 1 8.5rem; display: flex; flex-direction: column; gap: .2rem; padding: .9rem 1rem;
  border: 1px solid color-mix(in srgb, currentColor 18%, transparent) }
.summary .numbers li:first-child { flex: 1.5 1 15.5rem }
.summary .number { font-size: 2rem; line-height: 1.25; white-space: nowrap }
.summary .means, .summary .since { font-size: .87rem; opacity: .8 }
.summary .numbers a { margin-top: auto; padding-top: .3rem }
.summary a { color: inherit; text-underline-offset: .2em;
  text-decoration-color: color-mix(in srgb, currentColor 45%, transparent) }
.summary li a::after { content: ""; position: absolute; inset: 0; border-radius: .5rem }
.summary li:hover { background: color-mix(in srgb, currentColor 7%, transparent) }
.summary a:focus-visible { outline: 2px solid currentColor; outline-offset: 2px }
</style>"""


def link(label: str, address: str) -> str:
    """A link to an address of the dashboard or, with `#`, to a heading of the page."""
    return f'<a href="{escape(address)}">{escape(label)}</a>'


def card(label: str, value: str, since: str, means: str, link: str) -> str:
    """A number: what it counts, how it differs from before (or ""), what it means, and the link to its list."""
    said = f'<span class="since">{escape(since)}</span>' if since else ""
    return (
        f'<li><span class="label">{escape(label)}</span><span class="number">{escape(value)}</span>{said}'
        f'<span class="means">{escape(means)}</span>{link}</li>'
    )


def show_cards(cards: Iterable[str]) -> None:
    """Draws cards side by side."""
    st.html(f'{LOOKS}<div class="summary"><ul class="numbers">{"".join(cards)}</ul></div>')
