"""A change of the busiest table as a later version might bring it, for the test that migrates under traffic."""
