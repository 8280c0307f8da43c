"""The browser's address: it keeps the filters, and each step of a reader, a filter too, is one entry of its history."""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

# Streamlit follows Back and Forward by itself: the address then sets page and filters. What is mended here:
# - a filter replaces the address, so that Back would leave out every choice since the page was opened;
# - `st.switch_page` makes up to three entries of one step, `st.page_link` doubles filters that are set, and a plain
#   link loads the dashboard anew. They go as Back and Forward do, which loads nothing and has the address set page and
#   filters; clicks that ask for another tab are left alone.
_SCRIPT = """<script>
if (!window.leadTo) {
  let going = false;
  addEventListener("popstate", () => { going = true; }, true);
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { going = false; }, true);
  const replace = history.replaceState.bind(history);
  history.replaceState = (state, title, url) => {
    const other = url && new URL(url, location.href).search !== location.search;
    (other && !going ? history.pushState.bind(history) : replace)(state, title, url);
  };
  window.leadTo = address => {
    history.pushState(null, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  };
  document.addEventListener("click", event => {
    const links = '.summary a:not([href^="#"]), .told a, [data-testid="stPageLink-NavLink"]';
    const link = event.target.closest(links);
    if (!link || link.target || event.button) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    leadTo(link.href);
  }, true);
  // Who walks through a table by keys sees all of it, and what stands above it; Enter goes where that leads, once it
  // tells of the cell that was walked to: Streamlit sends that a while after the key.
  let walked = -Infinity;
  addEventListener("keydown", event => {
    const table = event.target.closest?.("canvas")?.closest('[data-testid="stDataFrame"]');
    if (table && event.key.startsWith("Arrow")) {
      table.scrollIntoView({block: "nearest"});
      walked = performance.now();
    }
    const picks = event.key === "Enter" && table?.closest('[class*="st-key-picks-"]');
    if (!picks?.querySelector(".told a")) return;
    event.preventDefault();
    event.stopPropagation();
    const follow = () => {
      const told = document.querySelector('[data-test-script-state="notRunning"]');
      if (told && performance.now() - walked > 500) picks.querySelector(".told a:not([target])")?.click();
      else if (picks.isConnected) setTimeout(follow, 50);
    };
    follow();
  }, true);
}
</script>"""

# How everything looks that is not Streamlit's own, once per page.
_SHEET = Path(__file__).with_name("looks.css").read_text(encoding="utf-8")
_LOOKS = f"<style>{re.sub(r'/[*].*?[*]/', '', _SHEET, flags=re.DOTALL)}</style>"


def begin(lead: str) -> None:
    """Draws the sentence under a page's title (HTML), and has each step from here on noted; both in one element."""
    st.html(f"{_LOOKS}<p>{lead}</p>{_SCRIPT}", unsafe_allow_javascript=True)


def keep(names: Iterable[str]) -> None:
    """Has these filters stay in the address; to be asked before they are drawn.

    Who leaves a page before its filters stand in the browser makes Streamlit take them for gone: they still narrow the
    next page, but are taken out of its address, and the filter that is chosen next ends them.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    asked = parse_qs(context.query_string)
    for name in names:
        # After Back, Forward and links the address alone counts.
        values = asked.get(name) or (None if context.is_history_navigation else st.session_state.get(name))
        if values and name not in st.query_params:
            with suppress(StreamlitAPIException):  # Streamlit still minds it
                st.query_params[name] = values


def lead_to(address: str) -> None:
    """Leads to an address of the dashboard, whose parameters are quoted, as a link would that somebody pressed."""
    st.html(f"<script>leadTo({json.dumps(address)})</script>", unsafe_allow_javascript=True)
