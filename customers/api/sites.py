"""Sites over the REST API."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.response import Response

from customers.models import KeyScope, Platform, ScheduleUpdates, Site
from customers.queries import sites_visible_to
from customers.requests import KeyRequest
from customers.rest.calls import Call
from customers.rest.pages import ANY_KEY, Listing, ListQuery
from customers.rest.views import ApiView


class SiteOut(serializers.Serializer[Any]):
    """A site of the organisation."""

    host_name = serializers.CharField()
    platform = serializers.ChoiceField(choices=Platform.values)
    time_zone = serializers.CharField()
    schedule_updates = serializers.ChoiceField(choices=ScheduleUpdates.values)


SITES = Listing(sites_visible_to(ANY_KEY).filter(is_active=True), "host_name")


class SitesView(ApiView):
    """`/api/v1/sites/`"""

    calls: ClassVar[dict[str, Call]] = {"GET": Call("sites_list", KeyScope.ORDERS_READ, SiteOut, query=ListQuery, page=True)}

    def get(self, request: KeyRequest) -> Response:
        """List the sites that events can be held on. Source: S20"""
        page = SITES.page(request, ListQuery.of(request))
        return page.answer([_site(each) for each in page.rows])


def _site(site: Site) -> dict[str, Any]:
    return {
        "host_name": site.host_name,
        "platform": site.platform,
        "time_zone": site.zone,
        "schedule_updates": site.schedule_updates,
    }
