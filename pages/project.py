"""What does one project owe, why, and how is it put right?"""

import streamlit as st

from view import dossier, project
from view.leads import table_of_projects
from view.matrix import matrix
from view.page import open_page, stop_if_empty

page = open_page("Project", "What one project owes and has, why it is so, and how it is put right.")
project_id = project.choose(page)
project.show_mine(page)

if project_id is None:
    stop_if_empty(page)
    st.header("Those that owe most", anchor=False)
    table_of_projects(page, page.once(matrix), "Projects, those that owe most first", "projects")
    st.stop()

items = page.once(dossier.deliverables, project_id)
project.head(page.board, project_id, items)
for number, item in enumerate(items):
    project.show(item, f"{project_id}-{number}", page.board.several)
project.show_how(page, items)
