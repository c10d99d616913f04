//! Work that happens after the answer: a queue and a schedule in the database.
