"""The filters: the same on every page, kept in the address, so that a view can be shared."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from view.labels import FLAGS, STATES

# Filter and parameter name, column of the verdicts, label.
COLUMNS = (
    ("type", "project_type", "Project type"),
    ("pm", "product_manager", "Product manager"),
    ("phase", "phase", "Phase"),
    ("milestone", "milestone", "Milestone"),
    ("state", "state", "State"),
)


def draw(verdicts: pd.DataFrame) -> None:
    """Draws the filters into the sidebar. Filters that could not narrow anything are left out."""
    with st.sidebar:
        st.text_input("Search", key="q", bind="query-params", placeholder="project, deliverable, reason …")
        for name, column, label in COLUMNS:
            options = sorted(verdicts[column].dropna().unique())
            if name == "state":
                options = [state for state in STATES if state in options]
            if len(options) > 1:
                st.multiselect(label, options, key=name, bind="query-params", format_func=_shown(name))
        flags = [flag for flag in FLAGS if verdicts["flags"].str.contains(flag, regex=False).any()]
        if flags:
            st.multiselect("Flag", flags, key="flag", bind="query-params", format_func=_shown("flag"))


def _shown(name: str) -> Callable[[str], str]:
    if name == "state":
        return lambda state: str(STATES[state])
    if name == "flag":
        return lambda flag: FLAGS[flag]
    return str


def apply(verdicts: pd.DataFrame) -> pd.DataFrame:
    """The verdicts that pass the filters."""
    keep = pd.Series(True, index=verdicts.index)
    for name, column, _ in COLUMNS:
        if chosen := st.session_state.get(name):
            keep &= verdicts[column].isin(chosen)
    if flags := st.session_state.get("flag"):
        keep &= pd.concat([verdicts["flags"].str.contains(flag, regex=False) for flag in flags], axis=1).any(axis=1)
    for word in (st.session_state.get("q") or "").casefold().split():
        searched = verdicts["project"] + "\n" + verdicts["deliverable"] + "\n" + verdicts["product_manager"]
        searched = searched + "\n" + verdicts["audience"] + "\n" + verdicts["reason"]
        keep &= searched.str.casefold().str.contains(word, regex=False)
    return verdicts[keep]


def described() -> str:
    """The filters that are set, in words, or ""."""
    parts = []
    if words := st.session_state.get("q"):
        parts.append(f"search “{words}”")
    for name, label in (*((name, label) for name, _, label in COLUMNS), ("flag", "Flag")):
        if chosen := st.session_state.get(name):
            parts.append(f"{label.lower()} {', '.join(_shown(name)(item) for item in chosen)}")
    return "; ".join(parts)
