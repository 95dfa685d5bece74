"""Statements as products write them. `tenant` is the caller's, `given` comes from the request."""

from models import Document, Project, Tag
from sqlalchemy import and_, delete, exists, func, not_, or_, select, update
from sqlalchemy.orm import aliased


def by_tenant(tenant, given):
    return select(Project).where(Project.tenant_id == tenant)


def by_id(tenant, given):
    return select(Project).where(Project.id == given)


def everything(tenant, given):
    return select(Project)


def two_conditions(tenant, given):
    return select(Project).where(Project.id == given, Project.tenant_id == tenant)


def two_wheres(tenant, given):
    return select(Project).where(Project.id == given).where(Project.tenant_id == tenant)


def ampersand(tenant, given):
    return select(Project).where((Project.id == given) & (Project.tenant_id == tenant))


def bar(tenant, given):
    return select(Project).where((Project.status == given) | (Project.tenant_id == tenant))


def all_of(tenant, given):
    return select(Project).where(and_(Project.id == given, Project.tenant_id == tenant))


def any_of(tenant, given):
    return select(Project).where(or_(Project.id == given, Project.tenant_id == tenant))


def any_inside(tenant, given):
    return select(Project).where(Project.tenant_id == tenant, or_(Project.name == given, Project.status == given))


def each_branch(tenant, given):
    return select(Project).where(or_(and_(Project.tenant_id == tenant, Project.name == given), and_(Project.tenant_id == tenant, Project.shared.is_(True))))


def python_and(tenant, given):
    return select(Project).where(Project.status == given and Project.tenant_id == tenant)


def python_and_kept(tenant, given):
    return select(Project).where(Project.tenant_id == tenant and Project.status == given)


def python_or(tenant, given):
    return select(Project).where(Project.tenant_id == tenant or Project.status == given)


def python_or_kept(tenant, given):
    return select(Project).where(Project.status == given or Project.tenant_id == tenant)


def unequal_and(tenant, given):
    return select(Project).where(Project.status != given and Project.tenant_id == tenant)


def negated(tenant, given):
    return select(Project).where(~(Project.tenant_id == tenant))


def negated_function(tenant, given):
    return select(Project).where(not_(Project.tenant_id == tenant))


def other_side(tenant, given):
    return select(Project).where(tenant == Project.tenant_id)


def no_tenant(tenant, given):
    return select(Project).where(Project.tenant_id == None)  # noqa: E711


def no_tenant_by_name(tenant, given):
    return select(Project).filter_by(tenant_id=None)


def by_name(tenant, given):
    return select(Project).filter_by(tenant_id=tenant, name=given)


def by_name_of_joined(tenant, given):
    return select(Document).join(Document.project).filter_by(tenant_id=tenant)


def listed(tenant, given):
    return select(Project).where(Project.tenant_id.in_([tenant]))


def listed_ids(tenant, given):
    return select(Project).where(Project.id.in_([given]))


def excluded(tenant, given):
    return select(Project).where(Project.tenant_id.not_in([tenant]))


def conditions_in_a_list(tenant, given):
    conditions = [Project.tenant_id == tenant]
    if given:
        conditions.append(Project.name == given)
    return select(Project).where(*conditions)


def rebound(tenant, given):
    query = select(Project).where(Project.name.ilike(given))
    query = query.where(Project.tenant_id == tenant)
    return query.order_by(Project.name).limit(10)


def joined_by_relation(tenant, given):
    return select(Document).join(Document.project).where(Project.tenant_id == tenant)


def joined_by_key(tenant, given):
    return select(Document).join(Project).where(Project.tenant_id == tenant)


def joined_by_condition(tenant, given):
    return select(Document).join(Project, Document.project_id == Project.id).where(Project.tenant_id == tenant)


def joined_with_tenant_in_on(tenant, given):
    return select(Document).join(Project, and_(Document.project_id == Project.id, Project.tenant_id == tenant))


def outer_with_tenant_in_on(tenant, given):
    return select(Document).outerjoin(Project, and_(Document.project_id == Project.id, Project.tenant_id == tenant))


def outer_with_tenant_in_where(tenant, given):
    return select(Document).outerjoin(Project, Document.project_id == Project.id).where(Project.tenant_id == tenant)


def outer_with_sub_select_in_on(tenant, given):
    return select(Project).outerjoin(Document, and_(Document.project_id == Project.id, Document.id.in_(select(Tag.document_id).where(Tag.label == given)))).where(Project.tenant_id == tenant)


def joined_without_tenant(tenant, given):
    return select(Document).join(Project, Document.project_id == Project.id).where(Project.status == given)


def joined_twice(tenant, given):
    return select(Tag).join(Document, Tag.document_id == Document.id).join(Project, Document.project_id == Project.id).where(Project.tenant_id == tenant, Tag.label == given)


def implicit_join(tenant, given):
    return select(Document).where(Document.project_id == Project.id, Project.tenant_id == tenant)


def in_sub_select(tenant, given):
    return select(Document).where(Document.project_id.in_(select(Project.id).where(Project.tenant_id == tenant)))


def in_sub_select_without_tenant(tenant, given):
    return select(Document).where(Document.project_id.in_(select(Project.id).where(Project.status == given)))


def not_in_sub_select(tenant, given):
    return select(Document).where(Document.project_id.not_in(select(Project.id).where(Project.tenant_id == tenant)))


def equals_scalar(tenant, given):
    return select(Document).where(Document.project_id == select(Project.id).where(Project.tenant_id == tenant, Project.name == given).scalar_subquery())


def correlated(tenant, given):
    return select(Document).where(exists().where(Project.id == Document.project_id, Project.tenant_id == tenant))


def correlated_select(tenant, given):
    return select(Document).where(select(Project.id).where(Project.id == Document.project_id, Project.tenant_id == tenant).exists())


def not_correlated(tenant, given):
    return select(Document).where(~exists().where(Project.id == Document.project_id, Project.tenant_id == tenant))


def has_project(tenant, given):
    return select(Document).where(Document.project.has(Project.tenant_id == tenant))


def has_project_by_name(tenant, given):
    return select(Document).where(Document.project.has(tenant_id=tenant))


def has_any_document(tenant, given):
    return select(Project).where(Project.documents.any(Document.title == given))


def has_any_document_of_tenant(tenant, given):
    return select(Project).where(Project.tenant_id == tenant, Project.documents.any(Document.title == given))


def from_sub_select(tenant, given):
    own = select(Project.id).where(Project.tenant_id == tenant).subquery()
    return select(Document).join(own, Document.project_id == own.c.id)


def from_expression(tenant, given):
    own = select(Project.id).where(Project.tenant_id == tenant).cte("own")
    return select(Document.title).join(own, own.c.id == Document.project_id).where(Document.pages > 3)


def from_sub_select_without_tenant(tenant, given):
    some = select(Project.id).where(Project.status == given).subquery()
    return select(Document).join(some, Document.project_id == some.c.id)


def two_of_a_kind(tenant, given):
    other = aliased(Project)
    return select(Project).join(other, other.name == Project.name).where(other.tenant_id == tenant)


def two_of_a_kind_of_one_tenant(tenant, given):
    other = aliased(Project)
    return select(Project).join(other, other.tenant_id == Project.tenant_id).where(other.tenant_id == tenant)


def counted(tenant, given):
    return select(func.count()).select_from(Project).where(Project.tenant_id == tenant)


def counted_everywhere(tenant, given):
    return select(func.count(Project.id))


def averaged(tenant, given):
    return select(func.avg(Document.pages)).join(Project, Document.project_id == Project.id).where(Project.tenant_id == tenant)


def grouped(tenant, given):
    return select(Project.status, func.count()).where(Project.tenant_id == tenant).group_by(Project.status)


def updated(tenant, given):
    return update(Project).where(Project.id == given, Project.tenant_id == tenant).values(status="done")


def updated_by_id(tenant, given):
    return update(Project).where(Project.id == given).values(status="done")


def updated_through_sub_select(tenant, given):
    return update(Document).where(Document.project_id.in_(select(Project.id).where(Project.tenant_id == tenant))).values(title="x")


def deleted(tenant, given):
    return delete(Project).where(Project.tenant_id == tenant, Project.id == given)


def deleted_by_id(tenant, given):
    return delete(Project).where(Project.id == given)


def deleted_everywhere(tenant, given):
    return delete(Project)
