//! One SQL text on SQLite and PostgreSQL: a writer that groups commits, readers, migrations.
