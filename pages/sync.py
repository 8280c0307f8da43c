"""How old is the mirror, what became of the last runs, and what do they cost?"""

import streamlit as st

from view.cells import Sheet, show
from view.export import as_shown, downloads
from view.job import sync_now
from view.labels import plain
from view.page import open_sync_page
from view.standing import began, run_columns, table_columns, unreadable_columns

page = open_sync_page(
    "Sync", "How old the mirror is, what became of the last runs, and what they cost. The filters do not apply here."
)
status, quota = page.status, page.status.quota
attempt, success = status.last_attempt, status.last_success

with st.container(horizontal=True):
    st.metric("Last success", began(success, status.now))
    st.metric(
        "Last attempt",
        began(attempt, status.now),
        delta=f"failed ({attempt.exit_code})" if attempt and attempt.exit_code else None,
        delta_color="red",
        delta_arrow="off",
    )
    st.metric("Calls this month", quota.used, format="localized")
    st.metric(
        "By its end",
        f"{quota.projected:,}",
        help="At what the last runs cost and the interval in config.toml. Only this job's calls are counted.",
    )
    st.metric("The plan allows", f"{quota.limit:,}" if quota.limit else "no limit")

if attempt and attempt.exit_code:
    st.warning(f"The last attempt failed: {plain(attempt.message)}", icon=":material/sync_problem:")
if quota.warning:
    st.warning(plain(quota.warning), icon=":material/data_usage:")


sync_now()

if len(page.tables):
    st.subheader("In the mirror", anchor=False)
    tables = Sheet(page.tables, table_columns())
    show(tables, "The mirrored tables, when they were read and when they changed last")
    downloads("tables", lambda: as_shown(tables))
if len(page.unreadable):
    st.subheader("Cells that could not be read", anchor=False)
    unreadable = Sheet(page.unreadable, unreadable_columns(page.unreadable))
    show(unreadable, "Unreadable cells per table and field")
    downloads("unreadable", lambda: as_shown(unreadable))

st.subheader("Last runs", anchor=False)
if len(page.runs):
    runs = Sheet(page.runs, run_columns())
    show(runs, "The last runs, newest first", most=10)
    downloads("runs", lambda: as_shown(runs))
else:
    st.info("No run is on record yet.", icon=":material/inbox:")
