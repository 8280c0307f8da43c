"""What is still owed, by whom, and why?"""

import streamlit as st

from view import filters, worklist
from view.export import all_rows, downloads
from view.labels import plain
from view.leads import table_of_groups, table_of_projects
from view.message import show_message, way_to_message
from view.page import open_page, stop_if_empty

page = open_page("Missing", "The list to act on: the longest overdue first.")
stop_if_empty(page)
st.markdown(f"{plain(page.once(worklist.told))} {way_to_message(page)}")

filters.say_if_lost("by", [*worklist.HEADS.values()].__contains__, "a way of grouping")
by = st.selectbox(
    "Grouped by",
    list(worklist.HEADS),
    index=None,
    placeholder="Nothing",
    format_func=worklist.HEADS.__getitem__,
    key="by",
    bind="query-params",
    width=300,
)
if by and len((groups := page.once(worklist.groups, by)).rows):
    table_of_groups(page, groups, f"What is owed, by {worklist.HEADS[by]}", "groups", most=8, **{by: "group"})

parts = {name: page.once(worklist.work_list, name, by or "") for name in worklist.parts(page)}
parts = {name: part for name, part in parts.items() if len(part.rows)}
for name, part in parts.items():
    title, note = worklist.PARTS[name]
    st.header(f"{title}: {len(part.rows):,}", anchor=False)
    table_of_projects(page, part, title, name, note=note)

what = all_rows([*parts.values()])
downloads(f"missing-{page.board.as_of}", lambda: worklist.to_export(page, by or ""), what)
show_message(page)

if len(page.board.unplaced):
    label = f"Not counted: {len(page.board.unplaced):,} records, and why"
    st.page_link("pages/data_quality.py", label=plain(label), icon=":material/rule:")
