"""`python -m bench NAME`: runs one benchmark, or lists them."""

import importlib
import sys

NAMES = {"export": "a project as a stored zip over HTTP, against the system's tar to a pipe", "storage": "a sync to an S3 server that is killed and brought back",
         "candidate": "time of one storyboard candidate against Pillow's own encode and decode", "kill": "kill -9 of the worker at random moments in a run", "start": "first and second start", "stylelock": "share of pixels outside the guide before and after colour correction", "gallery": "the gallery page at a hundred thousand pictures, against the same at a thousand", "overhead": "what a candidate costs besides its picture, against a Celery task that writes one row", "paid": "kill -9 of worker, web, broker and database while a paid provider draws",
         "library": "lists, search and lineage among a million definitions, against raw SQL and their own first page"}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        sys.exit("\n".join(f"python -m bench {name:<10} {text}" for name, text in NAMES.items()))
    importlib.import_module(f"bench.{sys.argv[1]}").main(*sys.argv[2:])
