-- What one person may, of their own or through a role.
SELECT type.app_label || '.' || permission.codename AS may
FROM (
  SELECT permission_id FROM accounts_user_user_permissions WHERE user_id = %(who)s
  UNION
  SELECT given.permission_id
  FROM accounts_user_groups held
  JOIN auth_group_permissions given ON given.group_id = held.group_id
  WHERE held.user_id = %(who)s
) held
JOIN auth_permission permission ON permission.id = held.permission_id
JOIN django_content_type type ON type.id = permission.content_type_id
