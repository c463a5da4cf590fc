"""The page of a session."""

from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format

from console.doors import page, show
from console.reader import Reader
from console.viewer.queries import exercises_of, real_one_of_the_day, talk_with
from console.viewer.rows import head_of, parts_of, told_by_patient
from okta.clock import now as read_clock
from workouts.streak_queries import streak_of


@page
def session(request: HttpRequest, reader: Reader, workout_id: int) -> Any:
    """One session, planned or done, with every exercise of it."""
    workout, now = reader.workout(workout_id), read_clock()
    head = head_of(workout, reader=reader.person, streak=streak_of(patient=workout.patient, now=now), now=now)
    context = {
        "workout": workout,
        "head": head,
        "parts": parts_of(workout, exercises_of(workout)),
        "told": told_by_patient(workout),
        "real": real_one_of_the_day(workout),
        "talk": talk_with(reader, workout),
    }
    title = f"{workout.patient} · {date_format(head.day, 'j E Y')}"
    template = "console/viewer/page.html"
    return show(request, reader, template, title=title, context=context, about=workout.patient, row=workout.pk)
