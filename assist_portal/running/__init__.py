"""Running the whole portal on one machine: its servers, its processes, and the foreground command that watches them."""
