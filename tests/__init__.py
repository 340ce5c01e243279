"""The portal's tests; `tests/project` is about the code base itself."""
