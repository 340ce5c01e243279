"""A Webex site that runs on this machine: the operations that the portal uses, over HTTP, for the demo, the tests and for integrators."""
