CREATE VIEW project_titles AS SELECT id, title FROM projects;
COMMENT ON COLUMN projects.title IS 'shown';
