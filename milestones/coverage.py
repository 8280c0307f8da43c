"""How much of what is required is there."""

import numpy as np
import pandas as pd

from milestones.words import CODES, GAPS, STATES


def coverage(verdicts: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Counts verdicts by state, per value of a column or in all.

    Returns:
        Indexed by the column's values ("all" where none is given), in their order, NaN last: a column per state
        (int64), and `required` (int64: all but waived and not_required; unknown stays in), `gaps` (int64: the states in
        `words.GAPS`), `coverage` (float64: complete / required, NaN where nothing is required).
    """
    state = verdicts["state"].map(CODES).to_numpy("int64")
    if by:
        row, names = pd.factorize(verdicts[by], sort=True, use_na_sentinel=False)
    else:
        row, names = np.zeros(len(state), dtype="int64"), pd.Index(["all"] if len(state) else [], dtype="str")
    return tally(row, state, pd.Index(names, name=by))


def tally(row: np.ndarray, state: np.ndarray, names: pd.Index) -> pd.DataFrame:
    """What `coverage` gives, of verdicts that are numbers already: pages ask it at every change of a filter.

    Args:
        row, state: of each verdict its place in `names` and in `words.STATES`.
    """
    # groupby takes several times as long.
    counts = np.bincount(row * len(STATES) + state, minlength=len(names) * len(STATES)).reshape(-1, len(STATES))
    return with_shares(pd.DataFrame(counts, index=names, columns=list(STATES)))


def with_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts by state (a column each) with `required`, `gaps` and `coverage` added, as `coverage` describes them."""
    asked = [state for state in STATES if state not in ("waived", "not_required")]
    required = counts[asked].to_numpy().sum(axis=1)
    return counts.assign(
        required=required,
        gaps=counts[list(GAPS)].to_numpy().sum(axis=1),
        coverage=np.divide(
            counts["complete"].to_numpy(), required, out=np.full(len(counts), np.nan), where=required > 0
        ),
    )
