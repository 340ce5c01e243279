"""The demo: two customers, the provider's people, and orders in every state, made by the portal's own actions."""

from assist_portal.demo.making import DemoIsThere, Made, make_demo
from assist_portal.demo.people import api_key_of

__all__ = ["DemoIsThere", "Made", "api_key_of", "make_demo"]
