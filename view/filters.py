"""The filters: the same on every page, kept in the address, so that a view can be shared."""

import pandas as pd
import streamlit as st

from view.labels import FLAGS, STATES
from view.tables import flagged

# The parameter's name in the address, the column of the verdicts, the label.
COLUMNS = (
    ("type", "project_type", "Project type"),
    ("pm", "product_manager", "Product manager"),
    ("phase", "phase", "Phase"),
    ("milestone", "milestone", "Milestone"),
)
# What stands in the address is what people read, so states and flags go by their words.
STATE_WORDS = {look.word: state for state, look in STATES.items()}
FLAG_WORDS = {word: flag for flag, word in FLAGS.items()}
LABELS = {name: label for name, _, label in COLUMNS} | {"state": "State", "flag": "Flag"}


def draw(verdicts: pd.DataFrame) -> list[str]:
    """Draws the filters into the sidebar. Those that could not narrow anything are left out.

    Returns:
        What the address asks for that is not there (any more): Streamlit drops it, and somebody should say so.
    """
    options = {name: sorted(verdicts[column].dropna().unique()) for name, column, _ in COLUMNS}
    # All of them, always: a shared address must not come to mean everything on the day when nothing is stale.
    options |= {"state": list(STATE_WORDS), "flag": list(FLAG_WORDS)}
    lost = []
    with st.sidebar:
        st.text_input("Search", key="q", bind="query-params", placeholder="project, deliverable, reason …")
        for name, label in LABELS.items():
            asked = st.query_params.get_all(name)
            lost += [f"{label.lower()} {value}" for value in asked if value not in options[name]]
            if len(options[name]) > 1 and len(verdicts):
                st.multiselect(label, options[name], key=name, bind="query-params")
    return lost


def apply(verdicts: pd.DataFrame) -> pd.DataFrame:
    """The verdicts that pass the filters."""
    keep = pd.Series(True, index=verdicts.index)
    for name, column, _ in COLUMNS:
        if chosen := st.session_state.get(name):
            keep &= verdicts[column].isin(chosen)
    if states := st.session_state.get("state"):
        keep &= verdicts["state"].isin([STATE_WORDS[word] for word in states])
    if flags := st.session_state.get("flag"):
        keep &= pd.concat([flagged(verdicts, FLAG_WORDS[word]) for word in flags], axis=1).any(axis=1)
    for word in (st.session_state.get("q") or "").casefold().split():
        searched = verdicts["project"] + "\n" + verdicts["deliverable"] + "\n" + verdicts["product_manager"]
        searched = searched + "\n" + verdicts["audience"] + "\n" + verdicts["reason"]
        keep &= searched.str.casefold().str.contains(word, regex=False)
    return verdicts[keep]


def described() -> str:
    """The filters that are set, in words, or ""."""
    words = st.session_state.get("q")
    parts = [f"search “{words}”"] if words else []
    for name, label in LABELS.items():
        if chosen := st.session_state.get(name):
            parts.append(f"{label.lower()} {', '.join(chosen)}")
    return "; ".join(parts)
