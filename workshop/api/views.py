"""The house over the API."""

from typing import cast

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.viewsets import ScopedReadOnlyViewSet
from workshop.api.serializers import CustomerSerializer, MeSerializer
from workshop.models import Customer, User


class CustomerViewSet(ScopedReadOnlyViewSet[Customer]):
    """Customers, for the desk."""

    queryset = Customer.objects.annotate(has_login=Q(user__isnull=False)).order_by(
        "name_kana", "name", "pk"
    )
    serializer_class = CustomerSerializer


class MeView(APIView):
    """Who calls."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Return the person a session or a token stands for, and the token's scope."""
        caller = cast("User", request.user)
        person = dict(MeSerializer(caller).data)
        person["scope"] = getattr(request.auth, "scope", None)
        return Response(person)
