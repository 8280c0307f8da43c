"""How much of what is required is there, and whom to call about the rest?"""

import streamlit as st

from milestones.coverage import coverage
from view import charts, tables
from view.page import open_page, stop_if_empty

page = open_page("Overview", "What the projects owe, and who owes most.")
stop_if_empty(page.verdicts)
total = coverage(page.verdicts).iloc[0]
overdue = int(page.verdicts["flags"].str.contains("overdue", regex=False).sum())

with st.container(horizontal=True):
    st.metric(
        "Still owed",
        f"{total['gaps']:,.0f} of {total['required']:,.0f}",
        help="Required deliverables that somebody still has to work on, of all that are required: "
        "without what is waived and what is not required.",
    )
    st.metric("Overdue", overdue, format="localized")
    st.metric("No record at all", int(total["missing"]), format="localized")
    st.metric(
        "Complete", int(total["complete"]), help="Complete, with evidence, and revised since the last discovery round."
    )
    st.metric("Waived", int(total["waived"]), format="localized")
    st.metric("Cannot be judged", int(total["unknown"]), format="localized")

call, types = st.columns([4, 5], gap="medium")
with call:
    st.subheader("Whom to call", anchor=False)
    people = tables.to_call(page.verdicts)
    columns = {
        "product_manager": st.column_config.TextColumn("Product manager", pinned=True, width=150),
        "overdue": st.column_config.NumberColumn("Overdue", width=75),
        "gaps": st.column_config.NumberColumn("Owed", width=60),
        "projects": st.column_config.NumberColumn("Projects", width=70),
    }
    tables.show(people, columns, "Product managers with gaps, most overdue first", most=7)
with types:
    st.subheader("Coverage by project type", anchor=False)
    shares = tables.counted(page.verdicts, "project_type")
    shares["percent"] = tables.share(shares["coverage"])
    columns = {
        "project_type": st.column_config.TextColumn("Project type", pinned=True, width=150),
        "percent": st.column_config.ProgressColumn("Complete", format="%d %%", min_value=0, max_value=100, width=120),
        "complete": st.column_config.NumberColumn("There", width=65),
        "required": st.column_config.NumberColumn("Required", width=75),
        "overdue": st.column_config.NumberColumn("Overdue", width=70),
    }
    tables.show(shares, columns, "Coverage by project type", most=7)

st.subheader("Projects by deliverables", anchor=False)
st.caption("Those with most overdue first.")
rows, columns = tables.matrix(page.verdicts, page.board.settings)
tables.show(rows, columns, "The state of each required deliverable, per project", most=14)

st.subheader("What is there, by project type", anchor=False)
figure, words = charts.states_by_type(page.verdicts)
st.plotly_chart(figure, key="states_by_type", config={"displayModeBar": False}, alt=words)
