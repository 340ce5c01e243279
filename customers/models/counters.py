"""What is counted and remembered for a while, in PostgreSQL, so that Valkey may go and come."""

from django.db import models


class RateCount(models.Model):
    """How often something was tried within one span of time. In PostgreSQL, so that losing Valkey forgets no guess."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class CacheEntry(models.Model):
    """The table behind Django's cache; sign-in counts its tries there, so Valkey may go and come."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "portal_cache"

    def __str__(self) -> str:
        return self.cache_key
