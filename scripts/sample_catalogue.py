"""The sample base's own catalogue: milestones, definitions of deliverables, workshops.

It has the oddities of the real base: pseudo rows, an empty row, typing accidents, tied orders, deliverables of several
milestones, and no trace of the two release-level visions that the handbook requires.
"""

from typing import Final, NamedTuple

WEB, APP, MOBILE = "Website Project", "Web Application Project", "Mobile App Project"
SERVICE, DISCOVERY = "Service Design Project", "Discovery Project"
BUILT: Final = (WEB, APP, MOBILE)
ALL_TYPES: Final = (WEB, APP, DISCOVERY, SERVICE, MOBILE)


class Milestone(NamedTuple):
    """A row of the base's table Milestones; `key` is the letter by which MEMBERS name it."""

    key: str
    name: str = ""
    order: int | None = None
    types: tuple[str, ...] = ()
    description: str = ""
    before: str = ""  # keys of the milestones said to come before; together with `after` they form a cycle
    after: str = ""


MILESTONES: Final = (
    Milestone("I", "Intake", 1, ALL_TYPES, "The organisation and the team get to know each other and agree to work."),
    Milestone("C", "Continuous Discovery", 2, ALL_TYPES, "Learn from people, round after round.", "I"),
    Milestone(
        "V",
        "Vision",
        3,
        ALL_TYPES,
        "Write down the outcomes wanted and the problems to solve, release by release.",
        "C",
    ),
    Milestone("S", "Scope", 3, ALL_TYPES, "Say what each release will hold, and what it will not.", "C", "R"),
    Milestone("A", "Architecture", 4, BUILT, "Choose the parts of the system and how they fit.", "S", "D"),
    Milestone("R", "Requirements", 4, BUILT, "Describe what has to be built, in small pieces.", "SX", "X"),
    Milestone("D", "Development", 6, BUILT, "Build it, in slices that can be shown.", "A", "Q"),
    Milestone("X", "Experience Design", 6, BUILT, "Shape what people see and do.", "R", "RD"),
    Milestone("Q", "Quality Assurance", 6, BUILT, "Look for faults before others find them.", "D", "T"),
    Milestone("T", "Acceptance Testing", 7, ALL_TYPES, "The organisation tries it and says yes, or not yet.", "Q", "L"),
    Milestone("L", "Launch", 8, ALL_TYPES, "Put it into people's hands and hand it over.", "T"),
    Milestone("P", "All Product Milestones"),
    Milestone("N", "Nothing"),
    Milestone("0", "All Milestones", 0, ALL_TYPES),
    Milestone("_"),
)

# Which deliverables belong to which milestones; names are separated by "; ".
SINGLE: Final = {
    "I": "Application Form; Kickoff Deck; Client Agreement; Client Questionnaire; Team Roster; Onboarding Guide; "
    "Communication Plan; Project Brief; Volunteer Role Descriptions",
    "C": "Interview Guide; Interview Notes; Interview Recordings; Survey; Survey Results; Competitor Review; "
    "Empathy Map; Affinity Diagram; Assumption Map; Opportunity Tree; Hypothesis Backlog; Experiment Cards; "
    "Experiment Results; Service Blueprint; Diary Study; Field Visit Report; Literature Review; "
    "How Might We Questions; Insights Report; Ecosystem Map; Value Proposition Canvas; Discovery Summary; "
    "Participant Consent Form",
    "V": "Vision Boards; Roadmap; Pitch Deck",
    "S": "Epics and Features; Release-level Scope",
    "A": "System Context Diagram; Architecture Overview; Technology Choices; Data Model; Hosting Plan; Security Review",
    "R": "Requirements List; Feature Specifications; Non-functional Requirements; Business Rules; "
    "Integration Requirements; Prioritised Backlog; Definition of Ready",
    "D": "Source Code; Developer Guide",
    "X": "Wireframes; Low-fidelity Prototype; High-fidelity Prototype; Design System; Moodboard; Colour Palette; "
    "Typography Sheet; Icon Set; Interaction Notes; Responsive Layouts; Usability Test Script; Usability Test Report; "
    "Card Sorting Results; Content Style Guide; Illustration Set; Design Handoff",
    "Q": "Test Cases; Defect Log",
    "T": "Acceptance Test Script; Sign-off Form",
    "L": "Launch Checklist; Training Material; Support Handbook; Launch Announcement; Hand-off Report; "
    "Domain and Hosting Access",
    "0": "Meeting Agenda; Meeting Notes; Status Report; Risk Log; Retrospective Board; Timeline; Demo Recording; "
    "Contact List; Shared Drive",
    "": "Brand Guidelines; Press Kit; Grant Summary; Impact Report; Volunteer Handbook; Wireframesro; Team Charterro; "
    "ro; Personasro; Roadmapro; Sitemapro; Test Casesro; Survey Resultsro; Moodboardro",
}
SEVERAL: Final = {
    "Decision Log": "ARXQ",
    "User Stories": "RXD",
    "Accessibility Checklist": "XQT",
    "Content Inventory": "ICX",
    "Analytics Plan": "CRL",
    "User Flows": "RX",
    "Personas": "CX",
    "Journey Map": "CX",
    "Stakeholder Map": "IC",
    "Problem Statement": "IC",
    "Sitemap": "RX",
    "Acceptance Criteria": "RT",
    "Release Notes": "DL",
    "Data Inventory": "AR",
    "Research Plan": "IC",
    "Test Plan": "QT",
    "Team Charter": "I0",
}
MEMBERS: Final[dict[str, str]] = {
    **{name: key for key, names in SINGLE.items() for name in names.split("; ")},
    **SEVERAL,
}

# Description and steps: a deliverable's own words, else those of its first milestone; a deliverable of none has none.
DESCRIPTIONS: Final = {
    "Vision Boards": "Pictures and words that show the future the team wants, gathered on one board.",
    "Roadmap": "The releases in order, each with the problems it solves first.",
    "Pitch Deck": "A few slides that win people for the product.",
    "Release-level Scope": "What a release holds and what waits for a later one.",
    "Team Charter": "How the team wants to work together: hours, channels, promises.",
    "I": "Helps the team and the organisation to start from the same page.",
    "C": "Brings what people do, need and say into the team's decisions.",
    "V": "Shows where the product is going.",
    "S": "Draws the line around a release.",
    "A": "Lets others see why the system is built in this way.",
    "R": "Says what is to be built so that two people read it alike.",
    "D": "Part of what the next team needs to go on building.",
    "X": "Makes an idea visible enough to be tried out.",
    "Q": "Shows what was tested and what was found.",
    "T": "Records what the organisation accepts.",
    "L": "Needed on the day the product goes out, and after it.",
    "0": "Kept up to date from the first day to the last.",
}
STEPS: Final = {
    "Vision Boards": "1. Invite the team and two from the organisation.\n2. Each brings three pictures of success."
    "\n3. Group them and name the groups.\n4. Agree on one sentence beneath the board.",
    "Roadmap": "1. List the problems.\n2. Put the riskiest learning first.\n3. Cut the list into releases.",
    "Pitch Deck": "1. One slide for the problem.\n2. One for the people.\n3. One for the release.\n4. Rehearse.",
    "I": "1. Copy the template.\n2. Fill it in together.\n3. File it in the shared drive.",
    "C": "1. Write down what you want to learn.\n2. Talk with at least five people.\n3. Note what surprised you.",
    "S": "1. Start from the vision.\n2. Sort into now, next and later.\n3. Check it with the organisation.",
    "A": "1. Draw it on one page.\n2. Name the alternatives.\n3. Have another engineer read it.",
    "R": "1. Start from the scope.\n2. Write one line each.\n3. Review with design and development.",
    "X": "1. Sketch three ideas.\n2. Choose one with the team.\n3. Try it with a person who has never seen it.",
    "T": "1. Agree on the day.\n2. Walk through each task.\n3. Record yes, or what is still needed.",
    "L": "1. Name who is responsible.\n2. Work through the list.\n3. Tell everyone who waits for it.",
}

# Workshops: name, link of its template (blank: none yet), the deliverables it produces.
WORKSHOPS: Final = (
    (
        "Product Release Vision, Scope, and Roadmap Workshop",
        "https://www.figma.com/file/sample/vision-scope-roadmap",
        ("Vision Boards", "Roadmap", "Epics and Features", "Release-level Scope"),
    ),
    ("Kickoff Workshop", "https://www.figma.com/file/sample/kickoff", ("Kickoff Deck", "Team Charter")),
    ("Persona Workshop", "https://www.figma.com/file/sample/personas", ("Personas", "Empathy Map")),
    ("Mapping, Blueprints, and Journeys Workshop", "", ("Journey Map", "Service Blueprint", "Stakeholder Map")),
    ("Story Workshop", "https://www.figma.com/file/sample/stories", ("User Stories", "Roadmap")),
    ("Retrospective", "https://www.figma.com/file/sample/retro", ("Retrospective Board",)),
)

EXAMPLES: Final = {
    "Vision Boards": "https://examples.example.org/vision-board",
    "Roadmap": "https://examples.example.org/roadmap",
    "Pitch Deck": "Ask the coordinators for last spring's deck",
    "Personas": "https://examples.example.org/personas",
    "Team Charter": "https://examples.example.org/charter",
    "Test Plan": "see the shared drive, folder 07",
    "Release-level Scope": "https://examples.example.org/scope",
}
