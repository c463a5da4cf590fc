"""The patient's door: the app was opened."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import PatientOnly
from entrances.actions.record import record_visit
from entrances.wire import LoggedVisit
from okta import clock


class LogVisit(APIView):
    """An app visit."""

    permission_classes = [PatientOnly]

    @extend_schema(request=None, responses=LoggedVisit)
    def post(self, request: Request) -> Response:
        """Say that the app was opened; any number of times, and whatever is sent along."""
        visit = record_visit(patient=caller(request), now=clock.now())
        return Response(LoggedVisit({"status": visit.logged, "entrance": visit.entrance}).data)
