-- The teams of one person.
SELECT team_id FROM accounts_user_teams WHERE user_id = %(who)s
