"""The filters: the same on every page, kept in the address, so that a view can be shared."""

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st

from milestones.words import GAPS
from view import history
from view.board import Board, made_once
from view.labels import FLAGS, STATES, plain

# The parameter's name in the address, the column of the verdicts, the label.
COLUMNS = (
    ("type", "project_type", "Project type"),
    ("pm", "product_manager", "Product manager"),
    ("phase", "phase", "Phase"),
    ("milestone", "milestone", "Milestone"),
    ("deliverable", "deliverable", "Deliverable"),
)
# What stands in the address is what people read, so states and flags go by their words.
STATE_WORDS = {look.word: state for state, look in STATES.items()}
FLAG_WORDS = {word: flag for flag, word in FLAGS.items()}
LABELS = {name: label for name, _, label in COLUMNS} | {"state": "State", "flag": "Flag"}
SEARCH = "q"
# These ask what stands today: a share of what they leave would be one of itself, and the past knows nothing of them.
OF_TODAY = ("state", "flag")
# What pages have of their own in the address.
OF_PAGES = ("project", "by", "since", "only")
# What a link gives the filter of states, to lead to all that somebody still has to act on.
OWED = [STATES[state].word for state in GAPS]

Chosen = tuple[tuple[str, tuple[str, ...]], ...]


def draw(board: Board) -> list[str]:
    """Draws the filters into the sidebar. Those that could not narrow anything are left out.

    Returns:
        What the address asks for that is not there: Streamlit drops it, and somebody should say so.
    """
    # All states and flags, always: a shared address must not come to mean everything on the day when nothing is stale.
    options = {name: board.options[column] for name, column, _ in COLUMNS}
    options |= {"state": list(STATE_WORDS), "flag": list(FLAG_WORDS)}
    history.keep((SEARCH, *LABELS))
    known = (SEARCH, *LABELS, *OF_PAGES)
    there = {name: st.query_params.get_all(name) for name in st.query_params}
    lost = [f"“{name}={values[-1]}”" for name, values in there.items() if name not in known]
    with st.sidebar:
        st.text_input("Search", key=SEARCH, bind="query-params", placeholder="project, deliverable, reason …")
        for name, label in LABELS.items():
            lost += [
                f"{label.lower()} {value}" for value in there.get(name, ()) if value and value not in options[name]
            ]
            if len(options[name]) > 1 and len(board.verdicts):
                st.multiselect(label, options[name], key=name, bind="query-params")
    return lost


def say_if_lost(name: str, fits: Callable[[str], bool], what: str) -> None:
    """Says that the address sets something of a page's own to what it cannot be; to be asked before it is drawn.

    Args:
        what: what it is not, such as "a day".
    """
    asked = st.query_params.get(name)
    if asked and not fits(asked):
        st.warning(plain(f"The address says “{name}={asked}”, which is not {what}, so it is left out."))


def chosen() -> Chosen:
    """The filters that are set: pairs of a parameter's name and its values."""
    words = " ".join((st.session_state.get(SEARCH) or "").split())
    found = [(SEARCH, (words,))] if words else []
    return (*found, *((name, tuple(values)) for name in LABELS if (values := st.session_state.get(name))))


def apply(board: Board, asked: Chosen) -> np.ndarray:
    """The verdicts that pass the filters, by their places in `Board.verdicts`."""
    verdicts, values = board.verdicts, dict(asked)
    keep = pd.Series(True, index=verdicts.index)
    for name, column, _ in COLUMNS:
        if wanted := values.get(name):
            keep &= verdicts[column].isin(wanted)
    if states := values.get("state"):
        keep &= verdicts["state"].isin([STATE_WORDS[word] for word in states])
    if flags := values.get("flag"):
        keep &= verdicts["flags"].str.contains("|".join(FLAG_WORDS[word] for word in flags))
    for word in " ".join(values.get(SEARCH, ())).casefold().split():
        keep &= board.searched.str.contains(word, regex=False)
    return np.flatnonzero(keep)


def passing(board: Board, asked: Chosen) -> np.ndarray:
    """What `apply` gives; made once per version of the mirror."""
    return made_once(f"{board.key} {asked}", lambda: apply(board, asked))


def but_of_today(asked: Chosen) -> Chosen:
    """The filters without those that ask what stands today."""
    return tuple((name, values) for name, values in asked if name not in OF_TODAY)


def described() -> str:
    """The filters that are set, in words, or ""."""
    return "; ".join(_in_words(name, values) for name, values in chosen())


def say(asked: Chosen) -> None:
    """Says which filters are set (on a phone the sidebar is closed), each with a button that takes it away."""
    if asked:
        with st.container(horizontal=True, gap="small"):
            for name, values in asked:
                words = plain(_in_words(name, values))
                st.button(words, key=f"clear_{name}", icon=":material/close:", on_click=clear, args=(name,))
            if len(asked) > 1:
                st.button("Clear all filters", key="clear", type="tertiary", on_click=clear, args=tuple(dict(asked)))


def say_what_is_whole(asked: Chosen) -> None:
    """Says, on a page that counts without the filters of `OF_TODAY`, that it does."""
    if asked != but_of_today(asked):
        st.caption("Filters of state and flag narrow the lists, not the counts.")


def clear(*names: str) -> None:
    """Takes filters away; for a button's `on_click`, for a filter that is drawn can only be changed before it is."""
    for name in names:
        st.session_state[name] = "" if name == SEARCH else []


def query(asked: Chosen | None = None, /, **values: str | Iterable[str]) -> dict[str, list[str]]:
    """What a link says of the filters: those that are set, and these in place of what they were set to.

    Args:
        asked: the filters that are set, where they are known already.
        values: by parameter (`type`, `pm`, `phase`, `milestone`, `deliverable`, `state`, `flag`, `q`, or a page's own);
            what people read, such as `state=OWED` or `flag="Overdue"`. Nothing ("" or ()) takes a filter away.
    """
    given = {name: [value] if isinstance(value, str) else [*value] for name, value in values.items()}
    both = {name: [*texts] for name, texts in (chosen() if asked is None else asked)} | given
    return {name: texts for name, texts in both.items() if any(texts)}


def link(page: str, label: str, *, icon: str | None = None, **values: str | Iterable[str]) -> None:
    """Draws a link to a page, such as "missing", that keeps the filters and sets these too; `label` is plain text."""
    st.page_link(f"pages/{page}.py", label=plain(label), icon=icon, query_params=query(**values))


def go(page: str, asked: Chosen | None = None, /, **values: str | Iterable[str]) -> None:
    """Leads to a page as `link` does, at once: for a bar or a cell that was clicked."""
    history.lead_to(address(page, asked, **values))


def address(page: str, asked: Chosen | None = None, /, **values: str | Iterable[str]) -> str:
    """The address to which `link` leads, for a column of links; it stands beside the present page's."""
    return f"{'./' if page == 'overview' else page}?{urlencode(query(asked, **values), doseq=True)}"


def _in_words(name: str, values: tuple[str, ...]) -> str:
    return f"search “{values[0]}”" if name == SEARCH else f"{LABELS[name].lower()} {', '.join(values)}"
