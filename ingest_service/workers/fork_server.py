"""The process that worker processes are forked from. It imports what they need, so that each of them starts at once.

Only `multiprocessing` imports this module, in that process and before the first worker. What is loaded here is in
memory once, however many workers there are.
"""

import gc
import os

# A process with several threads cannot be forked safely: the library that numpy computes with must not start any.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from ingest_service import normalise
from ingest_service.workers import pool  # noqa: F401  Its functions are what a worker calls.

# The workers yield to the services, which answer searches and write.
os.nice(5)
normalise.load()
# The garbage collector would write to the objects, and so copy them into the memory of each worker.
gc.collect()
gc.freeze()
