"""What does each project type owe, what does the base define for it, and which projects lack it?"""

import streamlit as st

from milestones.words import GAPS
from view import tables
from view.labels import UNMAPPED_TYPE, plain
from view.page import open_page, say_empty

page = open_page("Project types", "What each type of project owes, and what the base itself defines for it.")

if page.verdicts.empty:
    say_empty()
else:
    st.subheader("In the projects", anchor=False)
    rows, columns = tables.by_type(page.verdicts, page.board.settings)
    tables.show(rows, columns, "Required deliverables per project type, with how many projects have them")

    unmapped = page.verdicts.loc[page.verdicts["project_type"] == UNMAPPED_TYPE, "project_id"].unique()
    if len(unmapped):
        written = page.board.projects.loc[unmapped, "type"].fillna("").value_counts()
        said = ", ".join(f"“{text}” ({count})" if text else f"left blank ({count})" for text, count in written.items())
        st.warning(
            f"{plain(f'{UNMAPPED_TYPE}: {said}.')} Give the type in Airtable, or map it in config&#46;toml "
            "under `[project_types]`&#46; Until then only what is asked of all types is judged&#46;",
            icon=":material/help:",
        )

    gaps = page.verdicts[page.verdicts["state"].isin(GAPS)]
    if len(gaps):
        st.subheader("Which projects lack what", anchor=False)
    for project_type, part in gaps.groupby("project_type"):
        with st.expander(f"{plain(str(project_type))}: {len(part)} owed in {part['project_id'].nunique()} projects"):
            rows, columns = tables.work_list(part, page.board.as_of)
            tables.show(rows, columns, f"What {project_type} projects lack", most=8)

catalogue = page.board.catalogue
if chosen := st.session_state.get("type"):
    catalogue = catalogue[catalogue["project_type"].isin(chosen)]
if len(catalogue):
    st.subheader("In the base’s own catalogue", anchor=False)
    rows, columns = tables.by_catalogue(catalogue)
    tables.show(rows, columns, "Deliverables per project type: required, and defined in the base's catalogue")
    lacking = catalogue[catalogue["required"] & ~catalogue["defined"]]
    if len(lacking):
        names = " and ".join(f"“{name}”" for name in lacking["deliverable"].unique())
        st.warning(
            plain(
                f"The base's catalogue does not define {names} for {lacking['project_type'].nunique()} project types. "
                "Teams that look a deliverable up there will not find what is asked of them."
            ),
            icon=":material/rule:",
        )
