"""The operations about the site itself, its notifications and tokens."""

from webex.simulator import shapes
from webex.simulator.routing import Call, Items, Refused, route
from webex.simulator.shapes import Json
from webex.simulator.world import Hook, World, client_of


@route("GET", "/meetingPreferences/sites")
def list_sites(world: World, call: Call) -> Json:
    """The one that the token is for."""
    return {"sites": [{"siteUrl": call.site, "default": True}]}


@route("GET", "/webhooks")
def list_webhooks(world: World, call: Call) -> Items:
    """The site's."""
    return Items([shapes.webhook(each) for each in world.hooks if each.site == call.site], default_size=100)


@route("POST", "/webhooks")
def create_webhook(world: World, call: Call) -> Json:
    """One for each resource and event."""
    wanted = {name: str(call.body.get(name, "")) for name in ("name", "targetUrl", "resource", "event", "secret", "ownedBy")}
    if not all(wanted[name] for name in ("name", "targetUrl", "resource", "event")):
        raise Refused(400, "name, targetUrl, resource and event are required")
    hook = Hook(
        f"Y2lzV0VCSE9PSw{world.serial():06d}", call.site, wanted["name"], wanted["targetUrl"], wanted["resource"], wanted["event"],
        wanted["secret"], wanted["ownedBy"], world.clock(),
    )  # fmt: skip
    world.hooks.append(hook)
    return shapes.webhook(hook)


@route("GET", "/webhooks/*")
def get_webhook(world: World, call: Call) -> Json:
    """One."""
    return shapes.webhook(_hook(world, call))


@route("PUT", "/webhooks/*")
def update_webhook(world: World, call: Call) -> Json:
    """Only name, address, secret, and switching on again."""
    hook = _hook(world, call)
    hook.name, hook.target_url = str(call.body["name"]), str(call.body["targetUrl"])
    hook.secret = str(call.body.get("secret") or hook.secret)
    if call.body.get("status") == "active":
        hook.is_active, hook.failures = True, []
    return shapes.webhook(hook)


@route("DELETE", "/webhooks/*")
def delete_webhook(world: World, call: Call) -> None:
    """Stop notifying."""
    world.hooks.remove(_hook(world, call))


# Tokens -----------------------------------------------------------------------------------------------------------------


def trade_token(world: World, form: dict[str, str]) -> Json:
    """A refresh token works once; both tokens are new."""
    site = world.site_of(form.get("refresh_token", ""), "refresh")
    is_client = site is not None and (form.get("client_id"), form.get("client_secret")) == client_of(site)
    if form.get("grant_type") != "refresh_token" or site is None or not is_client or form["refresh_token"] in world.spent:
        raise Refused(400, "invalid_grant")
    world.spent.add(form["refresh_token"])
    return {
        "access_token": world.token("access", site),
        "expires_in": world.access_seconds,
        "refresh_token": world.token("refresh", site),
        "refresh_token_expires_in": world.refresh_seconds,
        "token_type": "Bearer",
    }


def _hook(world: World, call: Call) -> Hook:
    for hook in world.hooks:
        if hook.site == call.site and hook.id == call.parts[0]:
            return hook
    raise Refused(404, "no such webhook")
