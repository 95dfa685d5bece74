from sqlalchemy import ForeignKey
from sqlalchemy.orm import mapped_column


def tenant():
    return mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), index=True)
