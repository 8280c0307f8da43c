"""What is still owed, by whom, and why?"""

import streamlit as st

from milestones.words import GAPS
from view import tables
from view.export import as_csv
from view.page import open_page, stop_if_empty

page = open_page("Missing", "The list to act on: the longest overdue first.")
stop_if_empty(page.verdicts)
gaps = page.verdicts[page.verdicts["state"].isin(GAPS)]
finished = gaps["project_status"] == "done"
undecided = page.verdicts[page.verdicts["state"] == "unknown"]

for title, note, part in (
    ("Still owed", "in projects that go on", gaps[~finished]),
    ("Owed by finished projects", "a gap does not vanish because a project was closed", gaps[finished]),
    ("Cannot be judged", "neither there nor missing: the reason says what to settle first", undecided),
):
    if part.empty and part is not undecided and title != "Still owed":
        continue
    st.subheader(f"{title}: {len(part):,}", anchor=False)
    st.caption(note)
    if len(part):
        rows, columns = tables.work_list(part, page.board.as_of)
        tables.show(rows, columns, title)

st.download_button(
    "Download this list (CSV)",
    data=lambda: as_csv(page.judged[page.judged["state"].isin([*GAPS, "unknown"])]),
    file_name=f"missing-{page.board.as_of}.csv",
    mime="text/csv",
    on_click="ignore",
    icon=":material/download:",
)

if len(page.board.unplaced):
    label = f"Handed in, but not counted: {len(page.board.unplaced):,} records, and why"
    st.page_link("pages/data_quality.py", label=label, icon=":material/rule:")
