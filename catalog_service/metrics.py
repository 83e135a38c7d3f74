"""The catalog's Prometheus metrics."""

import functools
from collections.abc import Callable

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

MEDIA_TYPE = prometheus_client.CONTENT_TYPE_LATEST


class Metrics:
    """The metrics of one application; label values come from fixed sets, never from input."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        requests = Counter(
            "catalog_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        seconds = Histogram(
            "catalog_request_seconds", "Seconds until the answer was complete.", ("route",), registry=self.registry
        )
        # The library looks the labels of a metric up anew in each call.
        self._requests_with = functools.cache(requests.labels)
        self._seconds_of = functools.cache(seconds.labels)
        self.events = Counter("catalog_events", "Events received, by outcome.", ("outcome",), registry=self.registry)
        self._waiting = Gauge("catalog_waiting_events", "Events that wait for the writer.", registry=self.registry)
        self._readers = Gauge("catalog_feed_readers", "Requests that wait for changes.", registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a request and the seconds until its answer was complete."""
        self._requests_with(method, route, status).inc()
        self._seconds_of(route).observe(seconds)

    def watch_readers(self, count: Callable[[], int]) -> None:
        """Registers the function that returns the number of waiting readers, as `watch_queue`."""
        self._readers.set_function(count)

    def watch_queue(self, length: Callable[[], int]) -> None:
        """Registers the function that returns the number of waiting events; it is called when the metrics are read."""
        self._waiting.set_function(length)

    def render(self) -> bytes:
        """The metrics in the text format of Prometheus."""
        return prometheus_client.generate_latest(self.registry)
