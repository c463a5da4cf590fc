"""
The ground floor every app stands on, and the wiring that joins the apps.

Ground (imports no app): ``clock``, ``errors``, ``fields``, ``paging``, ``wakeups``, ``sweeps``.
Wiring (names apps by string only): ``settings``, ``urls``, ``celery``, ``wsgi``, ``health``.
"""

from okta.celery import app as celery_app

__all__ = ["celery_app"]
