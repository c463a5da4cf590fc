"""
What the product survives: all three stories under load while everything under them is broken.

    cast.py           the people, made before the first fault
    stories/          what they do, each story in threads of its own, over the doors they have in real life
    memory.py         what the harness was answered, and so what must be true in the end
    stack.py kinds.py the processes, and what is done to them
    settling.py       waiting for what is owed
    audit.py          the questions put to the database at the end; every row that comes back is a broken promise
    worker.py         a worker with slow motion, or with one guarantee taken out, to see the audit notice

`./dev faults` runs it; the results are in ``bench/results/faults.json``, the picture in ``docs/faults.svg``.
"""
