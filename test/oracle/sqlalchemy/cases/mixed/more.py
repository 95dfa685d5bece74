import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from . import base, mixins
from .models import Site, Tenant


class Audit(mixins.Dated, base.Base):
    __tablename__ = "audits"

    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Site.id))
    tenant: Mapped["Tenant"] = relationship(back_populates="audits")
