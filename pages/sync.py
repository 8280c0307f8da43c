"""How old is the mirror, what became of the last runs, and what do they cost?"""

import streamlit as st

from view.cells import Sheet, show
from view.export import as_shown, downloads
from view.freshness import say_failed
from view.job import sync_now
from view.labels import plain
from view.page import open_sync_page
from view.standing import RUNS, TABLES, UNREADABLE, run_columns, show_numbers, table_columns, unreadable_columns

page = open_sync_page(
    "Sync", "How old the mirror is, what became of the last runs, and what they cost. The filters do not apply here."
)
show_numbers(page)
say_failed(page.failed)
if page.status.quota.warning:
    st.warning(plain(page.status.quota.warning), icon=":material/data_usage:")

sync_now()

if len(page.tables):
    st.header("In the mirror", anchor=TABLES)
    tables = Sheet(page.tables, table_columns())
    show(tables, "The mirrored tables, when they were read and when they changed last")
    downloads("tables", lambda: as_shown(tables))
if len(page.unreadable):
    st.header("Cells that could not be read", anchor=UNREADABLE)
    unreadable = Sheet(page.unreadable, unreadable_columns(page.unreadable))
    show(unreadable, "Unreadable cells per table and field")
    downloads("unreadable", lambda: as_shown(unreadable))

st.header("Last runs", anchor=RUNS)
if len(page.runs):
    runs = Sheet(page.runs, run_columns())
    show(runs, "The last runs, newest first", most=10)
    downloads("runs", lambda: as_shown(runs))
else:
    st.info("No run is on record yet.", icon=":material/inbox:")
