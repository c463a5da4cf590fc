"""
Remote therapeutic monitoring: which days of a patient's data, and which time of their doctors, support which codes.

Everything shown is derived and can be rebuilt: days from workouts and recorded answers, windows
from the days, codes from dated rule sets. The software proposes; a clinician certifies. What was
certified is kept as it was::

    proposed ──certify──▶ locked ──later data──▶ locked, with an amendment

An inferred visit is never a day of data, whatever anybody has switched on.
"""
