"""
Measurements anyone can repeat: ratios taken side by side in one run, never absolute promises.

A measure is a file in ``measures/`` with a ``TITLE``, two plans, ``QUICK`` and ``FULL``, and
``measure(run, plan)``, which returns figures. It is found by being there; copy one to add the next.
"""
