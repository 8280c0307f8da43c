"""Numbers on cards, each with the link to its list; one piece of markup, in which all texts are escaped."""

from collections.abc import Iterable
from html import escape

import streamlit as st


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
    st.html(f'<div class="summary"><ul class="numbers">{"".join(cards)}</ul></div>')
