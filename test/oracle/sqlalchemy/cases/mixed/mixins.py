from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from . import columns as c


class Identified:
    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())

    @declared_attr
    def tenant_id(cls) -> Mapped[UUID]:
        return c.tenant()


class Dated:
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
