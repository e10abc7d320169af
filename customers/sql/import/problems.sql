SELECT line, problem, row FROM import_target WHERE problem IS NOT NULL ORDER BY line
