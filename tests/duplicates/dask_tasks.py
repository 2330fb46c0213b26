"""What workers of a cluster run in tests instead of scoring alone. They know no Django, so neither does this."""

import os
import signal
from pathlib import Path

from duplicates.partition import Limits, Partition, score_partition
from duplicates.scoring import Scored

FOLDER = "GEOMONITOR_TEST_FOLDER"


def score_or_be_killed(partition: Partition, limits: Limits) -> Scored:
    """Score; but the first who comes tells its process number and waits in the middle of its work for what comes."""
    folder = Path(os.environ[FOLDER])
    try:
        os.close(os.open(folder / "first", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return score_partition(partition, limits)
    scored = score_partition(partition, limits)
    (folder / "told").write_text(str(os.getpid()))  # a pipe: who reads it knows that this process waits
    signal.pause()
    return scored


def never_score(partition: Partition, limits: Limits) -> Scored:
    """Fail on whatever partition."""
    raise ZeroDivisionError(partition.no)


def die(partition: Partition, limits: Limits) -> Scored:
    """Take the process down, as one does that needs more memory than there is."""
    os.kill(os.getpid(), signal.SIGKILL)
    return score_partition(partition, limits)
