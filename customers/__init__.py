"""Who signs in and which organisation they belong to; sites, API keys, and the wall between tenants."""
