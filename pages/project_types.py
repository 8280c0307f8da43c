"""What does each project type owe, what does the base define for it, and which projects lack it?"""

from functools import partial

import streamlit as st

from view import charts, filters, types
from view.cells import show
from view.export import as_shown, downloads
from view.labels import plain
from view.leads import table_of_groups, table_of_projects
from view.page import open_page, say_empty

page = open_page("Project types", "What each type of project owes, and what the base itself defines for it.")

whole = page.whole
if not len(whole.of):
    say_empty()
else:
    filters.say_what_is_whole(page.chosen)
    st.header("In the projects", anchor=False)
    by_type = whole.once(types.by_type)
    table_of_groups(
        whole,
        by_type,
        "Required deliverables per project type, and how many projects have them",
        "types",
        type="project_type",
        deliverable="deliverable",
    )
    downloads(f"project-types-{page.board.as_of}", lambda: as_shown(by_type))

    if said := whole.once(types.unmapped):
        st.warning(
            f"{plain(said)} Give the type in Airtable, or map it in config&#46;toml under `[project_types]`&#46; "
            "Until then only what is asked of all types is judged&#46;",
            icon=":material/help:",
        )

    charts.show_states_by_type(whole)

    if lacking := whole.once(types.lacking):
        st.header("Which projects lack what", anchor=False)
    for project_type, (owed, projects) in lacking.items():
        box = st.expander(
            f"{plain(project_type)}: {owed:,} owed in {projects:,} project{'' if projects == 1 else 's'}",
            key=f"lack-{project_type}",
            on_change="rerun",
        )
        if box.open:
            with box:
                part = page.once(types.lacked_by, project_type)
                if len(part.rows) < owed:
                    st.caption(f"The filters of state and flag leave {len(part.rows):,} of them.")
                if len(part.rows):
                    alt = f"What {project_type} projects lack"
                    table_of_projects(page, part, alt, f"lacked-{project_type}", most=8)
                    name = f"lacked-{project_type}-{page.board.as_of}"
                    downloads(name, partial(types.lacked_to_export, page, project_type))

catalogue = types.in_catalogue(page)
if len(catalogue):
    st.header("In the base’s own catalogue", anchor=False)
    sheet = types.by_catalogue(catalogue, page.board.several)
    show(sheet, "Deliverables per project type: required, and defined in the base's catalogue")
    downloads(f"catalogue-{page.board.as_of}", lambda: catalogue)
    if said := page.once(types.not_defined):
        st.warning(plain(said), icon=":material/rule:")
