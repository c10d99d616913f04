-- The trail is read newest first; these two served no question, and every change of anything paid for them.
drop index audit_entry_account;
drop index audit_entry_subject;
