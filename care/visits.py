"""The patient's door to the check-in: how did the day go?"""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import PatientOnly
from care.check_in import check_in
from entrances.actions.answer import Said
from entrances.queries import entrance_of
from entrances.states import Answer
from entrances.wire import AnsweredEntrance, CheckInInput
from okta import clock


class CheckIn(APIView):
    """A patient's own word about a day the app was opened."""

    permission_classes = [PatientOnly]
    also_answers = (409,)

    @extend_schema(request=CheckInInput, responses=AnsweredEntrance)
    def post(self, request: Request, entrance_id: int) -> Response:
        """Say whether the day's workout was done; 409 when the day is settled or nothing was planned."""
        patient = caller(request)
        entrance_of(patient=patient, entrance_id=entrance_id)
        body = CheckInInput(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        said = Said(Answer(given["answer"]), given.get("pain"), given.get("note") or "")
        entrance = check_in(patient=patient, entrance_id=entrance_id, said=said, now=clock.now())
        return Response(AnsweredEntrance(entrance).data)
