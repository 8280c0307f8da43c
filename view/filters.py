"""The filters: the same on every page, kept in the address, so that a view can be shared."""

import pandas as pd
import streamlit as st

from view.labels import FLAGS, STATES

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


def draw(verdicts: pd.DataFrame) -> None:
    """Draws the filters into the sidebar. Those that could not narrow anything are left out."""
    options = {name: sorted(verdicts[column].dropna().unique()) for name, column, _ in COLUMNS}
    present = set(verdicts["state"])
    options["state"] = [word for word, state in STATE_WORDS.items() if state in present]
    options["flag"] = [word for word, flag in FLAG_WORDS.items() if _flagged(verdicts, flag).any()]
    with st.sidebar:
        st.text_input("Search", key="q", bind="query-params", placeholder="project, deliverable, reason …")
        for name, label in LABELS.items():
            if len(options[name]) > 1:
                st.multiselect(label, options[name], key=name, bind="query-params")


def apply(verdicts: pd.DataFrame) -> pd.DataFrame:
    """The verdicts that pass the filters."""
    keep = pd.Series(True, index=verdicts.index)
    for name, column, _ in COLUMNS:
        if chosen := st.session_state.get(name):
            keep &= verdicts[column].isin(chosen)
    if states := st.session_state.get("state"):
        keep &= verdicts["state"].isin([STATE_WORDS[word] for word in states])
    if flags := st.session_state.get("flag"):
        keep &= pd.concat([_flagged(verdicts, FLAG_WORDS[word]) for word in flags], axis=1).any(axis=1)
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


def _flagged(verdicts: pd.DataFrame, flag: str) -> pd.Series:
    return verdicts["flags"].str.contains(flag, regex=False)
