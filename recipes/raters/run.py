"""Everything in results/raters.csv, the shipped head, and the tables of README.md, from the corpora in $AFFEKT_DATA.

    python recipes/raters/run.py [--smoke]

About 15 minutes of one core. Features and personalisation are kept in runs/raters; a script can be run by itself,
most with the names of corpora: `python recipes/raters/soft_hard.py edos`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = ("variance", "soft_hard", "inclusive", "multi_rater", "personal", "gap", "ship", "report")
SMOKE = ("variance synthetic-votes --smoke", "soft_hard x_envent --smoke")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="two scripts on little data, seconds in all")
    for command in SMOKE if parser.parse_args().smoke else SCRIPTS:
        print(f"== {command}", flush=True)
        script, *arguments = command.split()
        subprocess.run([sys.executable, str(HERE / f"{script}.py"), *arguments], check=True)


if __name__ == "__main__":
    main()
