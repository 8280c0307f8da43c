"""What is wrong with the base or with config.toml, so that the verdicts can be trusted?"""

import streamlit as st

from view import faults
from view.cells import show
from view.export import all_rows, downloads
from view.leads import table_of_groups, table_of_projects
from view.page import open_page

page = open_page(
    "Data quality", "What to mend in the base or in config&#46;toml, the gravest first. The filters do not apply here."
)
faults.show_numbers(page)
if page.board.findings.empty:
    st.success("Nothing is found to be wrong.", icon=":material/task_alt:")
    st.stop()

only = faults.choose(page)
if not only:
    st.header("By kind", anchor=False)
    title = "Findings by kind: how many, how grave, what to do"
    table_of_groups(page, page.once(faults.kinds), title, "kinds", most=8, to="data_quality", only="finding")

parts = {title: page.once(faults.found, severities, only) for title, severities in faults.PARTS.items()}
parts = {title: part for title, part in parts.items() if len(part.rows)}
for title, part in parts.items():
    st.header(f"{title}: {len(part.rows):,}", anchor=False)
    show(part, f"{title}, one by one", most=12)
if only != faults.NOT_PLACED:
    what = all_rows([*parts.values()])
    downloads(f"findings-{page.board.as_of}", lambda: faults.narrowed(page, only), what)

if only in ("", faults.NOT_PLACED) and len(page.board.unplaced):
    st.header(f"Records that decide nothing: {len(page.board.unplaced):,}", anchor=False)
    table_of_projects(
        page, page.once(faults.not_placed), "Project deliverables that decide no verdict, and why", "unplaced", most=8
    )
    downloads(f"unplaced-{page.board.as_of}", lambda: page.board.unplaced)
