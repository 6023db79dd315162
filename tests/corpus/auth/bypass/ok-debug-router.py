# A debug flag adds pages, and takes no check away.
import os

from fastapi import Depends, FastAPI

from app import debug_pages
from app.guard import require_user
from app.settings import settings

app = FastAPI(dependencies=[Depends(require_user)])

if settings.debug or os.getenv("PROFILE"):  # ok
    app.include_router(debug_pages.router)
