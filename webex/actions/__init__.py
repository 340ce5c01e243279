"""What the portal does about customers' sites: connects, looks, listens, changes."""

from webex.actions.changing import change_on_site, check_on_site, mark_update_read, withdraw_changes
from webex.actions.connecting import CannotConnect, WrongSite, connect, disconnect
from webex.actions.listening import take_hint
from webex.actions.looking_after import look_after_site
from webex.actions.tokens import NotConnected
from webex.actions.watching import mark_read, stop_watching, watch_meeting

__all__ = [
    "CannotConnect",
    "NotConnected",
    "WrongSite",
    "change_on_site",
    "check_on_site",
    "connect",
    "disconnect",
    "look_after_site",
    "mark_read",
    "mark_update_read",
    "stop_watching",
    "take_hint",
    "watch_meeting",
    "withdraw_changes",
]
