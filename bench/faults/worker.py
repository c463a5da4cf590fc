"""
``python -m bench.faults.worker GUARANTEE …``: the product's worker in slow motion, for a run that looks for faults.

Slow motion lengthens the moments in which something could come in between, and is harmless to a
product that keeps its promises. GUARANTEE names the one that is taken out, or is ``nothing``; with
one taken out, the audit at the end of a run must find what it cost.
"""

import importlib
import runpy
import sys

import django


def main() -> None:
    _, broken, *arguments = sys.argv
    django.setup()
    # Only now: what it changes needs Django.
    guarantees = importlib.import_module("bench.faults.guarantees")
    guarantees.slow_down()
    guarantees.take_out(broken)
    sys.argv = ["celery", *arguments]
    runpy.run_module("celery", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
