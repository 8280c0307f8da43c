"""How much of what is required is there."""

import pandas as pd

from milestones.words import GAPS, STATES


def coverage(verdicts: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Counts verdicts by state, per value of a column or in all.

    Returns:
        Indexed by the column's values ("all" where none is given), in their order, NaN last: a column per state
        (int64), and `required` (int64: all but waived and not_required; unknown stays in), `gaps` (int64: the states in
        `words.GAPS`), `coverage` (float64: complete / required, NaN where nothing is required).
    """
    key = verdicts[by] if by else pd.Series("all", index=verdicts.index, dtype="str")
    counts = verdicts.groupby([key, "state"], dropna=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(STATES), fill_value=0).astype("int64")
    counts.columns.name = None
    return with_shares(counts)


def with_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts by state (a column each) with `required`, `gaps` and `coverage` added, as `coverage` describes them."""
    required = counts[list(STATES)].sum(axis="columns") - counts["waived"] - counts["not_required"]
    return counts.assign(
        required=required,
        gaps=counts[list(GAPS)].sum(axis="columns"),
        coverage=(counts["complete"] / required).where(required > 0),
    )
