"""A small house of its own: routes and their policy, for the tests of the gate."""

from itertools import count

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import CommandSerializer, etag, expected_version, run_command
from common.errors import DomainError, InvalidInput, StaleVersion
from common.fields import ScopedPrimaryKeyRelatedField
from common.gate import Answer, Rule, public, signed_in
from common.viewsets import ScopedReadOnlyViewSet
from workshop.models import Customer

orders = count(1)


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


def refusing(request: HttpRequest) -> HttpResponse:
    raise DomainError("Only %(free)s are free.", free=3)


def fussy(request: HttpRequest) -> HttpResponse:
    raise InvalidInput("Say how many.", field="quantity")


def busy(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10ms'; SELECT pg_sleep(1)")
    return HttpResponse("never")


def faulty(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def broken(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the connection is closed")


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields = ["id", "name"]


class CustomerViewSet(ScopedReadOnlyViewSet[Customer]):
    queryset = Customer.objects.order_by("pk")
    serializer_class = CustomerSerializer


class OrderSerializer(CommandSerializer):
    customer = ScopedPrimaryKeyRelatedField(queryset=Customer.objects.all())
    lines = serializers.ListField(child=serializers.IntegerField(min_value=1))


class OrderView(APIView):
    def post(self, request: Request) -> Response:
        values = OrderSerializer.read(request)
        answer = run_command(
            request,
            command="place_order",
            work=lambda: {"lines": values["lines"], "by": next(orders)},
        )
        return Response(answer, status=201)

    def put(self, request: Request) -> Response:
        version = expected_version(request)
        if version != 2:
            raise StaleVersion(expected=version)
        return Response({"version": 3}, headers={"ETag": etag(3)})

    def patch(self, request: Request) -> Response:
        raise OperationalError("canceling statement due to lock timeout")

    def get(self, request: Request) -> Response:
        raise ZeroDivisionError

    def delete(self, request: Request) -> Response:
        raise DomainError("Only %(free)s are free.", free=3)


api = (
    [
        path("customers/", CustomerViewSet.as_view({"get": "list"}), name="customers"),
        path(
            "customers/<int:pk>/",
            CustomerViewSet.as_view({"get": "retrieve"}),
            name="customer",
        ),
        path("orders/", OrderView.as_view(), name="orders"),
        path("desk/", CustomerViewSet.as_view({"get": "list"}), name="desk"),
    ],
    "api",
)

handler500 = "common.pages.server_error"

urlpatterns = [
    path("", page, name="open"),
    path("mine/", page, name="mine"),
    path("desk/", page, name="desk"),
    path("hidden/", page, name="hidden"),
    path("setup/", page, name="mfa_activate_totp"),
    path("login/", page, name="account_login"),
    path("refusing/", refusing, name="refusing"),
    path("fussy/", csrf_exempt(fussy), name="fussy"),
    path("busy/", busy, name="busy"),
    path("broken/", broken, name="broken"),
    path("faulty/", faulty, name="faulty"),
    path("forgotten/", page, name="forgotten"),
    path("api/", include(api)),
]

OK = Answer.OK
EVERYONE = Rule(customer=OK, technician=OK, parts=OK, manager=OK, token=OK)

ROUTES = {
    "open": public(),
    "mine": signed_in(),
    "desk": Rule(parts=OK, manager=OK),
    "hidden": Rule(customer=Answer.MISSING, manager=OK),
    "mfa_activate_totp": signed_in(without_mfa=True),
    "account_login": public(),
    "refusing": public(),
    "fussy": public(),
    "busy": public(),
    "broken": public(),
    "faulty": public(),
    "api:customer*": EVERYONE,
    "api:orders": EVERYONE,
    "api:desk": Rule(parts=OK, manager=OK),
}
