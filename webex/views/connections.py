"""The connections of an organisation's sites, for its administrator."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from customers.access import customer
from customers.models import Role
from customers.queries import sites_visible_to
from customers.requests import CustomerRequest
from customers.views.form_page import do_and_go_back, form_page
from webex.actions import connect, disconnect
from webex.forms import ConnectionForm
from webex.queries import connections_visible_to, sites_with_connections

administrator = customer(Role.ADMINISTRATOR)


@administrator
def connections(request: CustomerRequest) -> HttpResponse:
    """List the sites, and how the connection of each is."""
    return render(request, "webex/connections.html", {"sites": sites_with_connections(request.user)})


@administrator
@never_cache
def connection(request: CustomerRequest, host_name: str) -> HttpResponse:
    """Show how the connection of a site is; connect it, or connect it again."""
    site = get_object_or_404(sites_visible_to(request.user), host_name=host_name)
    current, now = connections_visible_to(request.user).filter(site=site).first(), timezone.now()
    form = ConnectionForm(request.POST or None, initial={"kind": current.kind, "may_write": current.may_write} if current else None)
    do = partial(connect, site=site, by=request.user, now=now)
    said = _("%(site)s is connected.") % {"site": site.host_name}
    context = {"title": site.host_name, "site": site, "connection": current}
    return form_page(request, form, do, template="webex/connection.html", said=said, back_to="webex:connections", **context)


@administrator
@require_POST
def end(request: CustomerRequest, host_name: str) -> HttpResponse:
    """End the connection of a site."""
    current = get_object_or_404(connections_visible_to(request.user), site__host_name=host_name)
    do = partial(disconnect, connection=current, now=timezone.now())
    return do_and_go_back(request, do, said=_("The site is not connected any more. Its meetings are typed in by hand."))
