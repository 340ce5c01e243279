"""Pages that only these tests have, beside the real ones."""

from django.db import connection
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from assist_portal.urls import urlpatterns as real
from customers.access import anyone, customer, signed_in, staff
from customers.models import Organisation, Site
from customers.queries import sites_visible_to
from customers.throttle import too_many
from tests.make import NOW


def _names():
    return list(Site.objects.order_by("host_name").values_list("host_name", flat=True))


def sites(request):
    return HttpResponse(",".join(_names()))


def crash(request):
    Site.objects.create(organisation_id=request.GET["for"], host_name="crashed.webex.example")
    raise ZeroDivisionError


def broken_sql(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def answers_503(request):
    Site.objects.create(organisation_id=request.GET["for"], host_name="busy.webex.example")
    return HttpResponse("busy", status=503)


def gone(request):
    raise Http404


def lazy(request):
    return TemplateResponse(
        request,
        engines["django"].from_string("{% for name in names %}{{ name }};{% endfor %}"),
        {"names": Site.objects.values_list("host_name", flat=True)},
    )


def stream(request):
    return StreamingHttpResponse(f"{name}\n" for name in Site.objects.order_by("host_name").values_list("host_name", flat=True))


def tries(request):
    return HttpResponse(status=429 if too_many("tries", 2, 60, NOW) else 200)


@customer()
def for_members(request):
    return HttpResponse(request.organisation.key)


@customer("ORDERER")
def for_orderers(request):
    return HttpResponse("ok")


@staff()
def for_staff(request):
    return HttpResponse(str(Organisation.objects.count()))


@staff("PM")
def for_project_managers(request):
    return HttpResponse("ok")


@signed_in
def for_the_signed_in(request):
    return HttpResponse("ok")


@anyone
def for_anyone(request):
    return HttpResponse("ok")


class SitesApi(APIView):
    required_scopes = {"GET": "orders:read"}

    def get(self, request):
        return Response([site.host_name for site in sites_visible_to(request.user)] + _names())

    def post(self, request):
        return Response("nobody named a scope for this")


handler400 = "assist_portal.error_pages.bad_request"
handler403 = "assist_portal.error_pages.forbidden"
handler404 = "assist_portal.error_pages.not_found"
handler500 = "assist_portal.error_pages.server_error"

urlpatterns = [
    path("t/sites/", sites),
    path("t/crash/", crash),
    path("t/broken-sql/", broken_sql),
    path("t/503/", answers_503),
    path("t/gone/", gone),
    path("t/lazy/", lazy),
    path("t/stream/", stream),
    path("t/tries/", tries),
    path("t/members/", for_members),
    path("t/orderers/", for_orderers),
    path("t/staff/", for_staff),
    path("t/pm/", for_project_managers),
    path("t/signed-in/", for_the_signed_in),
    path("t/anyone/", for_anyone),
    path("t/api/", SitesApi.as_view()),
    *real,
]
