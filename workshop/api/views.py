"""The house over the API."""

from typing import cast

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.viewsets import ScopedReadOnlyViewSet
from workshop import commands
from workshop.api.serializers import (
    CustomerSerializer,
    ExchangeRateSerializer,
    MeSerializer,
    RateBody,
)
from workshop.models import Customer, ExchangeRate, User


class CustomerViewSet(ScopedReadOnlyViewSet[Customer]):
    """Customers, for the desk."""

    queryset = Customer.objects.annotate(has_login=Q(user__isnull=False)).order_by(
        "name_kana", "name", "pk"
    )
    serializer_class = CustomerSerializer


class ExchangeRateViewSet(ScopedReadOnlyViewSet[ExchangeRate]):
    """What foreign money was worth, newest first; managers enter it."""

    queryset = ExchangeRate.objects.order_by("-valid_on", "-pk")
    serializer_class = ExchangeRateSerializer

    @extend_schema(request=RateBody, responses={201: ExchangeRateSerializer})
    def create(self, request: Request) -> Response:
        """Enter a rate. Safe to repeat."""
        rate = commands.enter_rate(
            **RateBody.read(request), actor_id=request.user.pk, at=timezone.now()
        )
        return Response(ExchangeRateSerializer(rate).data, status=201)


class MeView(APIView):
    """Who calls."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Return the person a session or a token stands for, and the token's scope."""
        caller = cast("User", request.user)
        person = dict(MeSerializer(caller).data)
        person["scope"] = getattr(request.auth, "scope", None)
        return Response(person)
