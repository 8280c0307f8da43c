"""How a deliverable is made, in the words of the base's own catalogue, and the ways out to Airtable and elsewhere."""

import re
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from milestones.definitions import members
from milestones.forms import tolerant
from milestones.matching import Matcher
from settings.models import Requirement
from view.board import Board
from view.cells import Row, first_row, https
from view.labels import plain

ICON = ":material/school:"
OUT = ":material/open_in_new:"
ADDRESS = re.compile(r"https://[^\s,;<>\"')\]]+")
# What of a definition helps to produce the deliverable, in the order in which it is read.
HELP = {"description": "What it is", "steps": "Steps", "example": "Example", "template": "Workshop template"}


def own_definitions(board: Board, item: Requirement) -> pd.DataFrame:
    """The rows of `Frames.catalogue` that define what a requirement asks for."""
    catalogue = board.frames.catalogue.dropna(subset=["name"])
    match, release = Matcher([item]).match, item.release or ""
    names = [name for name in catalogue["name"].unique() if match(name, release, "").requirement]
    return catalogue[catalogue["name"].isin(names)]


def milestone_row(board: Board, name: str) -> Row | None:
    """The base's own row of a milestone, or None."""
    rows = board.frames.milestones.dropna(subset=["name"])
    found = rows[[tolerant(text) == tolerant(name) for text in rows["name"]]]
    return first_row(found) if len(found) else None


def definitions_of_milestone(board: Board, name: str) -> pd.DataFrame:
    """The rows of `Frames.catalogue` that belong to a milestone."""
    catalogue, row, pairs = board.frames.catalogue, milestone_row(board, name), members(board.frames)
    ids = pairs.loc[pairs["milestone"] == row["record_id"], "deliverable"] if row else []
    return catalogue[catalogue["record_id"].isin(ids)].dropna(subset=["name"])


def show_definition(definition: Row, key: str) -> None:
    """A definition of the base's catalogue, as it stands there: text that nothing interprets, and its links."""
    words = f"How to: {definition['name']}"
    box = st.expander(plain(words), key=f"how-{key}-{definition['record_id']}", on_change="rerun", icon=ICON)
    if not box.open:
        return
    with box:
        for field, heading in HELP.items():
            if isinstance(text := definition[field], str) and text.strip():
                urls = addresses(text)
                st.markdown(f"**{heading}**")
                if ADDRESS.sub("", text).strip(" \n\r\t,;•-"):
                    st.text(text)
                links((url.removeprefix("https://"), url, OUT) for url in urls)
        links([("This definition in Airtable", definition["record_url"], OUT)])


def addresses(text: str) -> list[str]:
    """The addresses in a text that may be linked to, each once."""
    return list(dict.fromkeys(ADDRESS.findall(text)))


def links(places: Iterable[tuple[str, object, str]]) -> None:
    """Links to other sites, side by side: words, address, icon; of addresses only https is made one."""
    safe = [(words, url, icon) for words, url, icon in places if isinstance(url, str) and https(url)]
    if safe:
        with st.container(horizontal=True):
            for words, url, icon in safe:
                st.page_link(url, label=plain(words), icon=icon)
