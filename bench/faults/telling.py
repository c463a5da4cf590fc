"""What a run leaves behind: a table to read, a file, and a picture."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import report as reports
from bench.faults import picture
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
    began: datetime
    broken_for: float
    """Seconds from the first fault to the last."""
    lasted: float
    """Seconds from the first fault until nothing was owed."""
    happened: Counter[str]
    unforced: int
    settled: Settled
    findings: Sequence[Finding]
    curves: dict[str, dict[str, list[int]]]

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
            "brokenForSeconds": round(self.broken_for),
            "settledAfterSeconds": round(self.settled.seconds),
            "hoursSkipped": self.settled.jumps,
            "faults": dict(self.happened.most_common()),
            "endedByThemselves": self.unforced,
            "did": {name: memory.count(table) for table, name in DONE.items()} | {"pushes": memory.count("taken")},
            "promises": [
                {"story": one.story, "promise": one.promise, "broken": len(one.broken)} for one in self.findings
            ],
            "timeline": [self._on_the_line(row) for row in memory.rows["disturbances"]],
            "curvesSeconds": round(self.lasted),
            "curves": self.curves,
        }

    def _on_the_line(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "at": round((row["began"] - self.began).total_seconds(), 1),
            "seconds": round((row["ended"] - row["began"]).total_seconds(), 1),
            "kind": row["kind"],
            "target": row["target"],
        }


def done(memory: Memory) -> str:
    """What people did so far, in a line."""
    return ", ".join(f"{memory.count(table):,} {name}" for table, name in DONE.items())


def tell(report: Report, memory: Memory) -> None:
    """Print the table."""
    print(f"\n{sum(report.happened.values())} faults in {report.broken_for:.0f} s: {done(memory)}")
    for name, times in report.happened.most_common():
        print(f"  {times:>4}  {name}")
    print(f"  {report.unforced:>4}  processes that ended by themselves and were started again")
    jumps = f", of which waits for another attempt were skipped {report.settled.jumps} times"
    print(f"\nSettled in {report.settled.seconds:.0f} s{jumps if report.settled.jumps else ''}. ", end="")
    print(f"Still owed: {told(report.settled.owed) or 'nothing'}.\n")
    for finding in report.findings:
        _tell(finding)
    print(f"\n{_verdict(report)}", flush=True)


def keep(report: Report, memory: Memory) -> Path:
    """Write the file and draw the picture."""
    directory, pictures = reports.places(quick=report.quick)
    found = report.as_json(memory)
    reports.write(found, directory=directory)
    to = pictures / "faults.svg"
    to.write_text(picture.svg(found))
    return to


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
