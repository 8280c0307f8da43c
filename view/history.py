"""The browser's Back and Forward: each step of a reader, a filter too, is one entry of its history."""

import json

import streamlit as st

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
    const links = '.summary a:not([href^="#"]), [data-testid="stPageLink-NavLink"]:not([target="_blank"])';
    const link = event.target.closest(links);
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    leadTo(link.href);
  }, true);
}
</script>"""


def begin(lead: str) -> None:
    """Draws the sentence under a page's title (HTML), and has each step from here on noted; both in one element."""
    st.html(f"<p>{lead}</p>{_SCRIPT}", unsafe_allow_javascript=True)


def lead_to(address: str) -> None:
    """Leads to an address of the dashboard, whose parameters are quoted, as a link would that somebody pressed."""
    st.html(f"<script>leadTo({json.dumps(address)})</script>", unsafe_allow_javascript=True)
