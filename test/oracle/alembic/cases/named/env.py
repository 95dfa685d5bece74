from alembic import context
from models import Base

target_metadata = Base.metadata

context.configure(url="postgresql://", target_metadata=target_metadata, literal_binds=True, dialect_opts={"paramstyle": "named"})
with context.begin_transaction():
    context.run_migrations()
