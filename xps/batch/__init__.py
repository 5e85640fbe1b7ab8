"""Many files by one recipe: planned in partitions, fitted by processes, resumed, one table.

`plan_batch` reads the files once and divides them; `run_batch` lets workers fit what is not
fitted yet, `xps.batch.processes` on this machine or `xps.batch.cluster` on a Dask cluster;
`write_table` writes what they found, and `rows_found` yields it; `batch_to_table` does all three. A
partition is fitted by one process from beginning to end and knows nothing of the others, so that
the numbers do not depend on who works on it.
"""

from xps.batch.outcome import Outcome, batch_to_table
from xps.batch.parts import Parts
from xps.batch.plan import Plan, plan_batch
from xps.batch.run import Counts, Progress, run_batch
from xps.batch.table import rows_found, write_table

__all__ = [
    "Counts",
    "Outcome",
    "Parts",
    "Plan",
    "Progress",
    "batch_to_table",
    "plan_batch",
    "rows_found",
    "run_batch",
    "write_table",
]
