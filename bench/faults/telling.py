"""What a run leaves behind: a table to read, a file, and a picture."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench import report as reports
from bench.faults.audit import Finding
from bench.faults.memory import Memory
from bench.faults.settling import Settled, told

SHOWN = 5
# What is counted beside the faults, and how it is called.
DONE = {
    "saves": "saves",
    "completions": "workouts",
    "visits": "visits",
    "promises": "follow-ups promised",
    "cancellations": "taken back",
}


@dataclass(frozen=True, slots=True)
class Report:
    """A run that is over."""

    seed: int
    quick: bool
    broken: str
    seconds: float
    happened: Counter[str]
    unforced: int
    settled: Settled
    findings: Sequence[Finding]

    @property
    def kept(self) -> bool:
        return all(finding.is_kept for finding in self.findings)

    @property
    def is_as_expected(self) -> bool:
        return self.kept != bool(self.broken)

    def as_json(self, memory: Memory) -> dict[str, Any]:
        return {
            "measure": "faults",
            "title": "What the product survives",
            "date": reports.today(),
            "quick": self.quick,
            "seed": self.seed,
            "machine": reports.machine(),
            "seconds": round(self.seconds),
            "faults": dict(self.happened.most_common()),
            "did": {name: memory.count(table) for table, name in DONE.items()},
            "pushesTaken": memory.count("taken"),
            "endedByThemselves": self.unforced,
            "settledAfterSeconds": round(self.settled.seconds),
            "promises": [
                {"story": one.story, "promise": one.promise, "broken": len(one.broken)} for one in self.findings
            ],
        }


def done(memory: Memory) -> str:
    """What people did so far, in a line."""
    return ", ".join(f"{memory.count(table):,} {name}" for table, name in DONE.items())


def tell(report: Report, memory: Memory, database_url: str) -> None:
    """Print the table; a run of the whole product is also kept and drawn."""
    print(f"\n{sum(report.happened.values())} faults in {report.seconds:.0f} s: {done(memory)}")
    for name, times in report.happened.most_common():
        print(f"  {times:>4}  {name}")
    print(f"  {report.unforced:>4}  processes that ended by themselves and were started again")
    jumps = f", {report.settled.jumps} times hours were skipped" if report.settled.jumps else ""
    print(f"\nSettled {report.settled.seconds:.0f} s after the last fault{jumps}. {told(report.settled.owed)}")
    for finding in report.findings:
        _tell(finding)
    print(f"\n{_verdict(report)}", flush=True)


def _tell(finding: Finding) -> None:
    verdict = "kept" if finding.is_kept else f"BROKEN {len(finding.broken)} times"
    print(f"  {finding.story:<9} {finding.promise:<86} {verdict}")
    for example in finding.broken[:SHOWN]:
        print(f"            {example}")


def _verdict(report: Report) -> str:
    if report.broken:
        noticed = "the audit noticed, as it must." if not report.kept else "AND THE AUDIT DID NOT NOTICE."
        return f"Without the guarantee “{report.broken}” {noticed}"
    return "Every promise was kept." if report.kept else "PROMISES WERE BROKEN."
