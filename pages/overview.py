"""How much of what is required is there, and whom to call about the rest?"""

import streamlit as st

from milestones.coverage import coverage
from view import charts, tables
from view.page import open_page, stop_if_empty

page = open_page("Overview", "What the projects owe, and who owes most.")
stop_if_empty(page.verdicts)
total = coverage(page.verdicts).iloc[0]

with st.container(horizontal=True):
    st.metric(
        "Still owed",
        f"{total['gaps']:,.0f} of {total['required']:,.0f}",
        help="Required deliverables that somebody still has to work on, of all that are required: "
        "without what is waived and what is not required.",
    )
    st.metric("Overdue", int(tables.flagged(page.verdicts, "overdue").sum()), format="localized")
    st.metric("No record at all", int(total["missing"]), format="localized")
    st.metric(
        "Complete", int(total["complete"]), help="Complete, with evidence, and revised since the last discovery round."
    )
    st.metric("Waived", int(total["waived"]), format="localized")
    st.metric("Cannot be judged", int(total["unknown"]), format="localized")

call, types = st.columns([4, 5], gap="medium")
with call:
    st.subheader("Whom to call", anchor=False)
    rows, columns = tables.to_call(page.verdicts)
    tables.show(rows, columns, "Product managers with gaps, most overdue first", most=7)
with types:
    st.subheader("Coverage by project type", anchor=False)
    rows, columns = tables.coverage_by_type(page.verdicts)
    tables.show(rows, columns, "Coverage by project type", most=7)

st.subheader("Projects by deliverables", anchor=False)
st.caption("Those with most overdue first.")
rows, columns = tables.matrix(page.verdicts, page.board.settings)
tables.show(rows, columns, "The state of each required deliverable, per project", most=14)

if chart := charts.states_by_type(page.verdicts):
    st.subheader("What is there, by project type", anchor=False)
    figure, words = chart
    st.plotly_chart(figure, key="states_by_type", config={"displayModeBar": False}, alt=words)
