"""The doctor's doors: what a patient's monitoring supports, and the time spent on it."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.flags import RTM_BILLING_DASHBOARD
from accounts.models import User
from accounts.permissions import DoctorOnly
from accounts.queries import patient_of_doctor, require_feature
from okta import clock
from rtm.actions.record_time import record_time
from rtm.queries import monitoring
from rtm.wire import MonitoringAnswer, TimeInput, TimeRow, Whose, monitoring_answer


class ShowMonitoring(APIView):
    """Days, windows and months of one patient, each with why."""

    permission_classes = [DoctorOnly]
    also_answers = (404,)

    @extend_schema(
        parameters=[OpenApiParameter("patientId", int, required=True, description="A connected patient.")],
        responses=MonitoringAnswer,
    )
    def get(self, request: Request) -> Response:
        """
        What a connected patient's data and the time spent on it would support.

        Codes are proposed, never certified; this is not billing advice.
        """
        doctor = caller(request)
        require_feature(doctor.tenant_id, RTM_BILLING_DASHBOARD)
        patient = _patient(doctor, request.query_params.dict())
        return Response(monitoring_answer(monitoring(patient=patient, now=clock.now())))


class RecordTime(APIView):
    """Management time."""

    permission_classes = [DoctorOnly]
    also_answers = (404,)

    @extend_schema(request=TimeInput, responses={201: TimeRow})
    def post(self, request: Request) -> Response:
        """Record time spent on a connected patient; it belongs to the clinic's month it began in."""
        doctor = caller(request)
        require_feature(doctor.tenant_id, RTM_BILLING_DASHBOARD)
        patient = _patient(doctor, request.data, whole=TimeInput)
        body = TimeInput(data=request.data)
        body.is_valid(raise_exception=True)
        given = {"note": "", **body.validated_data}
        del given["patient_id"]
        entry = record_time(patient=patient, doctor=doctor, now=clock.now(), **given)
        return Response(TimeRow(entry).data, status=HTTP_201_CREATED)


def _patient(doctor: User, given: Any, *, whole: type[Whose] = Whose) -> User:
    """The patient a request names: whether they exist for the doctor comes before what else is wrong."""
    whose = Whose(data=given)
    if not whose.is_valid():
        # Without a patient to ask about, everything that is wrong is told at once.
        whole(data=given).is_valid(raise_exception=True)
    return patient_of_doctor(doctor=doctor, patient_id=whose.validated_data["patient_id"])
