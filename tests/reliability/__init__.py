"""The promises that are about many at once, about killing and about waiting, each with its figures. `make prove` runs them at full size."""
