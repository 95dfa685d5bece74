from .base import Base
from .models import *  # noqa: F403
from .more import Audit
