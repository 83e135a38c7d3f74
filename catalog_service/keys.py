"""The keys of the application's shared objects; handlers read `request.app[KEY]`."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from catalog_service.access.policy import Access
from catalog_service.broadcast import Broadcast
from catalog_service.contract import AnyEvent, Problem, Receipt
from catalog_service.differences import Differences
from catalog_service.history.group_commit import Writer
from catalog_service.history.preparer import Preparer
from catalog_service.history.record import Malformed
from catalog_service.ingest_client import IngestClient
from catalog_service.metrics import Metrics
from catalog_service.request_log import RequestLog
from catalog_service.settings import Settings
from catalog_service.store.db import Database
from catalog_service.store.point_reads import PointReader

ErrorPage = Callable[[web.Request, Problem], web.Response]

SETTINGS = web.AppKey("settings", Settings)
DATABASE = web.AppKey("database", Database)
DIFFERENCES = web.AppKey("differences", Differences)
INGEST = web.AppKey("ingest", IngestClient)
POINTS = web.AppKey("points", PointReader)
ACCESS = web.AppKey("access", Access)
WRITER: web.AppKey[Writer[AnyEvent | Malformed, Receipt]] = web.AppKey("writer")
PREPARER = web.AppKey("preparer", Preparer)
BROADCAST = web.AppKey("broadcast", Broadcast)
# Set when the service is about to stop; requests that wait for a change then answer at once.
STOPPING = web.AppKey("stopping", asyncio.Event)
METRICS = web.AppKey("metrics", Metrics)
REQUEST_LOG = web.AppKey("request_log", RequestLog)
ERROR_PAGE: web.AppKey[ErrorPage] = web.AppKey("error_page")
# The OpenAPI 3.1 description of the API.
DESCRIPTION: web.AppKey[dict[str, Any]] = web.AppKey("description")

# Keys of the values that belong to one request.
WITH_TOKEN = web.RequestKey("with_token", bool)
REQUEST_ID = web.RequestKey("request_id", str)
