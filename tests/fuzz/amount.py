"""How much is tried: a small part by default, all of it where FUZZ says so."""

import os
import random

_SAMPLES = 200
_TIMES = float(os.environ.get("FUZZ", "0"))


def amount(whole: int) -> int:
    """Returns how many to try: `make fuzz N=2` tries the whole amount twice, the suite a part."""
    return int(whole * _TIMES) or whole // _SAMPLES


def generator(subject: str) -> random.Random:
    """Returns where chance comes from: the suite tries the same each time, `make fuzz` others.

    What it begins with is printed, so that a failure can be had again with FUZZ_SEED.
    """
    begin = os.environ.get("FUZZ_SEED") or (str(random.randrange(10**9)) if _TIMES else "0")
    print(f"{subject}: FUZZ_SEED={begin}")
    return random.Random(f"{subject} {begin}")
