"""The sample base's projects and the story of every cell: what is meant to be true in every generation.

A cell is a required deliverable of a project for an audience. Its story has one letter per generation; the letter
declares the state, and make_sample.py writes a record that looks like it. Nothing here is computed by a rule.
"""

from dataclasses import dataclass, field
from typing import Final

from sample_catalogue import APP, DISCOVERY, MOBILE, SERVICE, WEB

GENERATIONS: Final = ("2026-08-10", "2026-08-24", "2026-09-07", "2026-09-21", "2026-10-05")

LETTERS: Final = {
    ".": "",  # there is no such cell yet
    "-": "missing",  # no record, so no audience either
    "n": "not_started",
    "x": "not_started",  # its status says waived, but the waiver ended or lacks something
    "p": "in_progress",
    "r": "in_review",
    "i": "incomplete",
    "s": "stale",  # its due date is no later than what made it stale, so none counts
    "S": "stale",  # its due date still counts
    "c": "complete",
    "w": "waived",
    "e": "waived",  # and the waiver ends within 30 days
    "u": "unknown",
    "o": "not_required",  # no record
    "O": "not_required",  # a record is there all the same
}
GAPS: Final = "-nxprisS"
WITHOUT_RECORD: Final = ".-o"

# Every due date in the sample, and what it means in the five generations: o overdue, s due soon, . neither.
DUE: Final = {
    "2026-03-04": "ooooo",
    "2026-05-06": "ooooo",
    "2026-06-10": "ooooo",
    "2026-07-01": "ooooo",
    "2026-07-22": "ooooo",
    "2026-08-05": "ooooo",
    "2026-08-10": "soooo",  # the judged day of the first generation
    "2026-08-19": "soooo",
    "2026-08-24": "ssooo",
    "2026-09-02": ".sooo",
    "2026-09-07": ".ssoo",
    "2026-09-16": "..soo",
    "2026-09-21": "..sso",
    "2026-09-30": "...so",
    "2026-10-04": "...so",  # yesterday
    "2026-10-05": "...ss",  # the judged day
    "2026-10-07": "....s",
    "2026-10-14": "....s",
    "2026-10-19": "....s",  # 14 days ahead
    "2026-10-20": ".....",  # 15 days ahead
    "2026-10-28": ".....",
    "2026-11-11": ".....",
    "2026-11-25": ".....",
    "2026-12-09": ".....",
}

SOON, APPLY, RECRUIT = "Coming Soon", "Accepting Applications", "Recruiting"
ONBOARD, RUN, DONE = "Team Onboarding", "Project In Progress", "Project Complete"
HOLD, CANCELLED, PARTNER = "On Hold", "Cancelled", "Handed to Partner"
P1, P2, P3, P4 = "Phase 1", "Phase 2", "Phase 3", "Phase 4"

PEOPLE: Final = {
    "Amara": "Amara Okafor",
    "Ben": "Ben Lindqvist",
    "Carmen": "Carmen Ibáñez",
    "Dev": "Dev Patel",
    "Elif": "Elif Öztürk",
    "Frank": "Frank Osei",
    "Grace": "Grace Nakamura",
    "Hugo": "Hugo Martins",
    "Ines": "Ines Kowalska",
    "Jamal": "Jamal Wright",
    "Kirsi": "Kirsi Laine",
    "Leo": "Leo Fontaine",
    "Maria": "Maria Santos",
    "Nadia": "Nadia Rahman",
    "Olive": "Olive Brandt",  # the last two coordinate
    "Pavel": "Pavel Dvořák",
}


@dataclass(frozen=True)
class Cell:
    """One required deliverable of a project for one audience, over the generations."""

    story: str
    audience: str = ""
    due: str = ""  # the record's own due date
    name: str = "usual"  # key of NAMES
    owner: str = "?"  # "" none, "?" the product manager or none
    lacks: str = ""  # what an incomplete one or a waiver lacks
    waiver: str = ""  # the waiver's end
    status: str = ""  # a spelling of its own
    proof: str = "?"  # link, files, both
    vision: str = ""  # a vision statement of its own
    revised: bool = True  # False: Last Revised is left blank
    touched: dict[int, str] = field(default_factory=dict)  # generation: the day it was worked on
    typo: int | None = None  # the generation in which only a typing error was mended
    rival: "Cell | None" = None  # a second record of the same cell; it loses while this one has a record
    tie: bool = False  # nothing but the smaller record id decides against the rival


@dataclass(frozen=True)
class Project:
    """A project. `due` is eight weeks after its start; `changes` are by generation."""

    name: str
    type: str
    phase: str
    status: str
    manager: str
    due: str
    round: str
    mvp: str | Cell | tuple[Cell, ...]
    mmp: str | Cell | tuple[Cell, ...]
    since: int = 0
    changes: dict[int, dict[str, str]] = field(default_factory=dict)


# How people pick the deliverable: (deliverable, release) for the MVP and the MMP.
NAMES: Final = {
    "usual": (("MVP # 1 Release-level Vision", ""), ("MMP Release-level Vision", "")),
    "full": (("MVP # 1 Release-level Vision", "MVP #1"), ("MMP Release-level Vision", "MMP")),
    "handbook": (("MVP #1 Release-level Vision", ""), ("MMP Release-level Vision", "")),
    "short": (("MVP Release-level Vision", "MVP #1"), ("MMP Release-level Vision", "MMP")),
    "split": (("Release-level Vision", "MVP #1"), ("Release-level Vision", "MMP")),
    "loose": (("mvp1 release-level visions", ""), ("", "")),
}

FAMILIES, RESIDENTS, VOLUNTEERS, CASEWORKERS = "Families", "Residents", "Volunteers", "Caseworkers"
DONORS, YOUTH, MEMBERS = "Donors", "Youth", "Members"

# fmt: off
PROJECTS: Final = (
    # Websites
    Project("Riverbend Food Bank - Phase 1 - Website", WEB, P1, RUN, "Amara", "2026-08-19", "", "prccc", "-prcc"),
    Project(
        "Harbor Light Shelter - Phase 2 -", WEB, P2, RUN, "Amara", "2026-07-22", "2026-06-12", "cccsc", "-pcss",
        changes={3: {"round": "2026-09-10"}},
    ),
    Project(
        "Maplewood Tenants Alliance - Phase 1 - Website", WEB, P1, RUN, "Amara", "2026-10-05", "",
        Cell("--npp", RESIDENTS), "--ppc",
    ),
    Project(
        "Open Door Literacy - Phase 1 -", WEB, P1, RUN, "Ben", "2026-10-19", "",
        (Cell("--ppc", FAMILIES, name="full"), Cell("...pp", VOLUNTEERS)), "----n",
    ),
    Project("Lakeside Animal Rescue - Phase 1 - Website", WEB, P1, RUN, "Ben", "2026-10-20", "", "--npp", "-----"),
    Project(
        "Green Streets Coalition - Phase 3 - Website", WEB, P3, RUN, "Ben", "2026-03-04", "2026-02-11",
        Cell("ccccc", touched={0: "2026-03-02"}), Cell("ccccc", touched={0: "2026-02-11"}),
    ),
    Project(
        "Sunrise Recovery House - Phase 2 -", WEB, P2, RUN, "Carmen", "2026-07-01", "2026-04-20",
        Cell("cccSS", due="2026-09-30", name="split"), Cell("pccss", typo=4),
        changes={3: {"round": "2026-09-14"}},
    ),
    Project(
        "Northside Parents Network - Phase 1 - Mobile App", WEB, P1, RUN, "Carmen", "2026-09-16", "", "-prcc", "--nnr"
    ),
    Project(
        "Cedar Valley Library Friends - Phase 1 -", WEB, P1, RUN, "Carmen", "2026-09-02", "",
        Cell("-iicc", lacks="mission"), Cell("--pii", lacks="evidence"),
    ),
    Project("Old Mill Heritage Trust - Phase 4 - Website", WEB, P4, DONE, "Dev", "2026-05-06", "", "ccccc", "-----"),
    Project(
        "Bright Futures Tutoring - Phase 2 - Website", WEB, P2, RUN, "Dev", "2026-08-05", "",
        Cell("pprcc", name="loose"), Cell("ppppc", rival=Cell("--nnn")),
    ),
    Project("Westfield Repair Café - Phase 1 -", WEB, P1, ONBOARD, "Dev", "2026-11-25", "", "...--", "...-p", since=3),
    Project(
        'Hope & Harvest <b>Kitchen</b> | "Pilot" - Phase 1 - Website', WEB, P1, RUN, "Dev", "2026-09-21", "",
        Cell("-pccc", FAMILIES), Cell("--prr", FAMILIES),
    ),
    Project(
        "New project (name to come) - Phase 1 -", "", P1, RUN, "Elif", "2026-09-07", "", "-nppc", "--prc",
        changes={3: {"name": "Hillcrest Community Gardens - Phase 1 - Website", "type": WEB}},
    ),
    Project(
        "Tri-County Legal Aid - Phase 3 - Website", WEB, P3, HOLD, "Elif", "2026-06-10", "2026-05-05",
        "ccccc", Cell("ppppp", due="2026-10-28"),
        changes={0: {"status": RUN}, 2: {"status": HOLD}},
    ),
    Project("Elm Street Youth Theatre - Phase 1 -", WEB, P1, RECRUIT, "Elif", "2026-12-09", "", "ooooo", "ooooo"),
    Project("Saint Brigid Clothing Bank - Phase 1 - Website", WEB, P1, SOON, "", "", "", "...oo", "...oo", since=3),
    # Web applications
    Project(
        "Metro Housing Counsellors - Phase 2 - Web Application", APP, P2, RUN, "Elif", "2026-07-22", "2026-05-28",
        (Cell("ccccc", RESIDENTS), Cell(".pccc", CASEWORKERS)),
        (Cell("pcccc", RESIDENTS), Cell("..prc", CASEWORKERS)),
    ),
    Project(
        "Bridgewater Job Seekers - Phase 1 - Web Application", APP, P1, RUN, "Frank", "2026-10-14", "", "--pcc", "-----"
    ),
    Project(
        "Community Health Navigators - Phase 3 -", APP, P3, RUN, "Frank", "2026-05-06", "2026-04-01",
        Cell("ccccc", name="handbook", touched={4: "2026-09-24"}), Cell("cccci", lacks="evidence"),
        changes={4: {"round": "2026-09-24"}},
    ),
    Project(
        "Second Chance Bail Fund - Phase 2 -", APP, P2, RUN, "Frank", "2026-08-24", "",
        Cell("prccc", DONORS), Cell("-wwww", waiver="2027-03-31"),
    ),
    Project(
        "Valley Bike Kitchen - Phase 1 - Web Application", APP, P1, RUN, "Frank", "2026-10-07", "",
        Cell("---pp", MEMBERS), Cell("--eee", waiver="2026-10-05"),
    ),
    Project(
        "Prairie Seed Library - Phase 2 -", APP, P2, RUN, "Grace", "2026-08-10", "2026-07-01",
        Cell("pcccc", revised=False, touched={3: "2026-09-12"}), Cell("cccss", revised=False),
        changes={3: {"round": "2026-09-11"}},
    ),
    Project(
        "City Rowers for All - Phase 4 - Web Application", APP, P4, DONE, "Grace", "2026-03-04", "", "ccccc", "ccccc",
        changes={0: {"status": RUN}, 1: {"status": DONE}},
    ),
    Project(
        "Refugee Welcome Desk - Phase 1 -", APP, P1, RUN, "Grace", "2026-09-30", "",
        (Cell("--ppr", FAMILIES), Cell("...np", VOLUNTEERS)), (Cell("---np", FAMILIES), Cell("....n", VOLUNTEERS)),
    ),
    Project(
        "Blue Herons Watershed Council - Phase 2 - Web Application", APP, P2, RUN, "Grace", "2026-07-22", "",
        Cell("ccccc", rival=Cell("--ccc", touched={2: "2026-07-04"}), touched={0: "2026-07-20"}),
        Cell("ppccc", name="split"),
    ),
    Project("Kindred Elders Hotline - Phase 1 -", APP, P1, ONBOARD, "Hugo", "2026-11-11", "", "..---", "..---", 2),
    Project(
        "Fair Fares Riders Union - Phase 1 - Web Application", APP, P1, APPLY, "", "", "", ".oooo", ".oooo", since=1
    ),
    # Mobile apps
    Project(
        "Trailblazers Outdoor School - Phase 2 - Mobile App", MOBILE, P2, RUN, "Hugo", "2026-07-01", "",
        "ccccc", "prccc",
    ),
    Project(
        "Safe Steps Walking Bus - Phase 1 -", MOBILE, P1, RUN, "Hugo", "2026-09-16", "",
        Cell("--npp", FAMILIES, name="loose"), "-----",
    ),
    Project(
        "Coastal Cleanup Crew - Phase 2 - Mobile App", MOBILE, P2, RUN, "Hugo", "2026-08-05", "2026-06-30",
        Cell("ppppp", rival=Cell("ppppp", touched={0: "2026-08-01"}), touched={0: "2026-08-01"}, tie=True), "npprr",
    ),
    Project(
        "Neighbour Pantry Finder - Phase 3 - Mobile App", MOBILE, P3, RUN, "Ines", "2026-05-06", "2026-03-18",
        Cell("iiiii", lacks="vision"), "pprcc",
        changes={2: {"round": "2026-08-28"}},
    ),
    Project(
        "Deaf Voices Collective - Phase 1 - Mobile App", MOBILE, P1, RUN, "Ines", "2026-10-05", "",
        Cell("---rc", YOUTH), Cell("---nn", status="To Do"),
    ),
    Project(
        "Night Shift Childcare Co-op - Phase 2 -", MOBILE, P2, RUN, "Ines", "2026-06-10", "2026-05-29",
        Cell("ccccc", touched={0: "2026-06-08"}), Cell("uuuuu", status="Parked?"),
        changes={4: {"round": "2026-10-12"}},
    ),
    Project(
        "Little Explorers Museum - Phase 4 - Mobile App", MOBILE, P4, DONE, "Ines", "2026-06-10", "2026-05-20",
        "ccccc", Cell("ppprr", due="2026-09-07"),
        changes={0: {"status": RUN}, 3: {"status": DONE}},
    ),
    Project("Island Ferry Volunteers - Phase 1 -", MOBILE, P1, RECRUIT, "Ines", "2026-11-25", "", "..oOO", "..ooo", 2),
    Project(
        "Firefly Summer Camps - Phase 1 - Mobile App", MOBILE, P1, RUN, "Jamal", "2026-09-21", "",
        "oo-pp", "oo---",
        changes={0: {"status": RECRUIT}, 2: {"status": ONBOARD}, 3: {"status": RUN}},
    ),
    # Service design
    Project(
        "Greenway Hospital Friends - Phase 1 - Service Design", SERVICE, P1, RUN, "Jamal", "2026-07-22", "",
        "cccSS", "pccSc",
        changes={3: {"phase": P2, "due": "2026-11-11"}},
    ),
    Project(
        "County Foster Families - Phase 2 - Service Design", SERVICE, P2, RUN, "Jamal", "2026-08-19", "",
        Cell("ccccc", CASEWORKERS), Cell("sssss", due="2026-05-06", touched={0: "2026-05-04"}),
    ),
    Project(
        "Street Medics Network - Phase 2 -", SERVICE, P2, RUN, "Jamal", "2026-07-22", "2026-05-18", "cccss", "pppcc",
        changes={3: {"round": "2026-09-09"}},
    ),
    Project(
        "Home Again Reentry Services - Phase 1 - Service Design", SERVICE, P1, RUN, "Kirsi", "2026-09-02", "",
        Cell("ccccc", touched={0: "2026-05-20"}), Cell("-nprc", RESIDENTS),
    ),
    Project(
        "Rural Clinics Together - Phase 1 -", SERVICE, P1, RUN, "Kirsi", "2026-10-14", "",
        Cell("--pir", lacks="evidence"), Cell("---pp", vision='=HYPERLINK("https://example.org","our vision")'),
    ),
    Project(
        "Meals With Dignity - Phase 1 - Service Design", SERVICE, P1, RUN, "Kirsi", "2026-09-07", "",
        (Cell(".pccc", RESIDENTS), Cell("nprcc", VOLUNTEERS)), Cell("--uuu", status="See Maria"),
    ),
    Project(
        "Quiet Minds Peer Support - Phase 3 -", SERVICE, P3, PARTNER, "Kirsi", "2026-06-10", "", "ccccc", "-----",
        changes={0: {"status": RUN}, 2: {"status": PARTNER}},
    ),
    Project(
        "Veterans Welcome Home Circle - Phase 1 - Service Design", SERVICE, P1, RUN, "Leo", "", "",
        Cell("-nppp"), Cell("---np", due="2026-10-14"),
    ),
    Project(
        "Crossroads Court Watch - Phase 1 -", SERVICE, P1, CANCELLED, "Leo", "2026-08-24", "", "ppOOO", "--ooo",
        changes={0: {"status": RUN}, 2: {"status": CANCELLED}},
    ),
    # Discovery
    Project("Youth Council Online - Phase 1 - Discovery", DISCOVERY, P1, RUN, "Leo", "2026-08-19", "", "pcccc",
        Cell("--rcc", rival=Cell("-pppp")),
    ),
    Project(
        "Clean Air Neighbours - Phase 1 -", DISCOVERY, P1, RUN, "Leo", "2026-09-02", "2026-08-13",
        Cell("--css", touched={2: "2026-09-01"}), Cell("-nwww", waiver="2026-11-05"),
        changes={0: {"round": ""}, 1: {"round": "2026-08-13"}, 3: {"round": "2026-09-02"}},
    ),
    Project(
        "Small Farms Market Hall - Phase 1 - Discovery", DISCOVERY, P1, RUN, "Maria", "2026-09-30", "",
        Cell("-pccs"), Cell("--wwe", waiver="2026-11-04"),
        changes={4: {"round": "2026-09-30"}},
    ),
    Project(
        "Immigrant Small Business Hub - Phase 2 - Discovery", DISCOVERY, P2, RUN, "Maria", "2026-07-01", "2026-05-11",
        "ccsss", Cell("weeex", waiver="2026-09-21"),
        changes={2: {"round": "2026-08-27"}},
    ),
    Project(
        "Accessible Transit Riders - Phase 1 -", DISCOVERY, P1, RUN, "Maria", "2026-09-16", "",
        Cell("--ppc", name="short"), Cell("--xxx", waiver="2026-12-31", lacks="reason"),
    ),
    Project(
        "Three Rivers Flood Watch - Phase 1 - Discovery", DISCOVERY, P1, RUN, "Maria", "2026-10-20", "",
        Cell("---np", due="2026-10-04"), Cell("----x", waiver="2026-12-31", lacks="name"),
    ),
    Project(
        "Makers Without Borders - Phase 1 -", DISCOVERY, P1, DONE, "Nadia", "2026-06-10", "", "ccccc", "ppp--",
        changes={0: {"status": RUN}, 4: {"status": DONE}},
    ),
    Project(
        "Queen City Music Exchange - Phase 1 - Discovery", DISCOVERY, P1, RUN, "Nadia", "2026-08-24", "",
        Cell("-ppcc", YOUTH), Cell("-xxxc", waiver="", lacks="end"),
    ),
    Project("Sister Cities Story Archive - Phase 1 -", DISCOVERY, P1, SOON, "Nadia", "", "", "....o", "....o", since=4),
    Project("Hands On Science Van - Phase 1 - Discovery", DISCOVERY, P1, APPLY, "", "2026-12-09", "", "oOOOO", "ooooo"),
    # The odd ones
    Project(
        "Wharfside Seniors Club - Phase 2 - Website", WEB, P2, RUN, "", "2026-09-21", "",
        (Cell("--npp", FAMILIES, owner=""), Cell("..npr", MEMBERS, owner="Grace")),
        Cell("---nn", owner="", name="full"),
        changes={0: {"manager": "Nadia"}, 1: {"manager": ""}},
    ),
    Project(
        "Northside Tenants Union - Phase 1 - Website", "", P1, RUN, "Nadia", "2026-09-16", "",
        Cell("-prcc", RESIDENTS), "-----",
    ),
    Project(
        "Commons Toolkit for Mutual Aid - Phase 1 -", "Community Toolkit", P1, RUN, "Kirsi", "2026-08-10", "",
        Cell("nprcc", name="loose"), "-----",
    ),
    Project(
        "Greater Meadowlands Interfaith Coalition for Affordable Housing, Warm Meals, and Legal Help - Phase 2 - "
        "Web Application", APP, P2, RUN, "Leo", "2026-07-22", "2026-06-16",
        (Cell("ccccc", RESIDENTS), Cell(".pccc", DONORS)), Cell("pprii", DONORS, lacks="mission", proof="files"),
    ),
)
# fmt: on


@dataclass(frozen=True)
class Other:
    """A record that decides nothing, and why; `projects` are the beginnings of their names.

    may_be: which of the two visions (0: MVP, 1: MMP) it may be nevertheless; without a record these are unknown.
    """

    deliverable: str
    projects: tuple[str, ...]
    reason: str = "no_requirement"
    release: str = ""
    letter: str = "c"
    since: int = 0
    may_be: tuple[int, ...] = ()


OTHERS: Final = (
    Other("Vision Boards", ("Riverbend",)),
    Other("Vision Boards", ("Metro Housing",)),
    Other("Vision Boards", ("Trailblazers",), letter="p", since=1),
    Other("Roadmap", ("Old Mill",)),
    Other("Roadmap", ("County Foster",), letter="p"),
    Other("Roadmap", ("Blue Herons",), since=2),
    Other("Roadmap", ("Hands On",), letter="n"),
    Other("Pitch Deck", ("Green Streets",)),
    Other("Pitch Deck", ("Youth Council",), letter="r", since=3),
    Other("Team Charter", ("Safe Steps",)),
    Other("Team Charter", ("Kindred",), since=3),
    Other("Team Charter", ("Lakeside",), letter="p", since=1),
    Other("MVP #2 Release-level Vision", ("Bright Futures",), release="", letter="p", since=2),
    Other("MMP Release-level Vision", ("Lakeside",), "release_disagrees", "MVP #1", "p", since=3, may_be=(0, 1)),
    Other("MVP # 1 Release-level Vision", (), "no_project", "", "c", since=1),
    Other(
        "MMP Release-level Vision", ("Second Chance", "Valley Bike"), "several_projects", "", "p", since=2, may_be=(1,)
    ),
)

VISIONS: Final = (
    "A town in which nobody has to ask twice for help.",
    "Every neighbour finds the right door at the first try, in their own language.",
    "People who give their time see what it changes, and come back.",
    "No family misses a service because a form was too hard.",
    "Help reaches people on the day they need it, and they know who sent it.",
    "Those who use a service also shape it.",
    "A place where young people run things and older people trust them with the keys.",
    "Everyone in the valley knows what is going on, and has a part in it.",
)
MISSIONS: Final = (
    "For {audience}, we bring what is scattered in one place; a question takes minutes, and nobody else here does it.",
    "We help {audience} to see what is on offer and to sign up without a call, with a person to ask at each step.",
    "To give {audience} one simple way to say what they need, and the team one list to act on; it works on any phone.",
    "We replace three spreadsheets with one shared page, so that {audience} stop repeating their story to each of us.",
)
