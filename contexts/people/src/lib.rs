//! Units, accounts, roles, sessions and the audit trail.
