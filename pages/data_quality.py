"""What is wrong with the base or with config.toml, so that the verdicts can be trusted?"""

import streamlit as st

from view import faults
from view.cells import show
from view.export import downloads
from view.page import open_page

page = open_page(
    "Data quality", "What to mend in the base or in config&#46;toml, the gravest first. The filters do not apply here."
)
findings = page.board.findings

with st.container(horizontal=True):
    for label, severity, means in (
        ("Errors", "error", "A record counts for nothing, or a rule for nobody, until this is mended."),
        ("Warnings", "warning", "Something may be judged wrongly, or cannot be judged."),
        ("Notes", "note", "Good to know; nothing is judged wrongly."),
    ):
        st.metric(label, int((findings["severity"] == severity).sum()), format="localized", help=means)
    st.metric(
        "Not placed",
        len(page.board.unplaced),
        format="localized",
        help="Records handed in that decide nothing: the errors among these, duplicates, and what nobody requires.",
    )

if findings.empty:
    st.success("Nothing is found to be wrong.", icon=":material/task_alt:")
    st.stop()

st.subheader("By kind", anchor=False)
show(page.once(faults.kinds), "Findings by kind: how many, how grave, what to do", most=8)

for title, severities in (("Errors and warnings", ("error", "warning")), ("Notes", ("note",))):
    part = page.once(faults.found, severities)
    if len(part.rows):
        st.subheader(f"{title}: {len(part.rows):,}", anchor=False)
        show(part, f"{title}, one by one", most=12)
downloads(f"findings-{page.board.as_of}", lambda: findings)

unplaced = page.once(faults.not_placed)
if len(unplaced.rows):
    st.subheader(f"Records that decide nothing: {len(unplaced.rows):,}", anchor=False)
    show(unplaced, "Project deliverables that decide no verdict, and why", most=8)
    downloads(f"unplaced-{page.board.as_of}", lambda: page.board.unplaced)
