"""Who sees the listeners of partners and has them told again."""

from crm.accounts.roles import grant

grant(
    "administrator",
    "tmf.view_hublistener",
    "tmf.view_hubdelivery",
    "tmf.view_idempotentanswer",
    "tmf.requeue_hubdelivery",
)
