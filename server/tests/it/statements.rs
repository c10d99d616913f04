//! Every SQL statement of the program is understood by both databases.

#[test]
fn every_statement_prepares_on_both_databases() {
    let statements = testkit::sql::statements();
    assert!(statements.len() > 50, "only {} statements were found in the sources", statements.len());
    testkit::both(&server::compose::streams(), move |db| {
        let refused = testkit::sql::refused(db, &statements);
        assert!(refused.is_empty(), "{} statements are refused:\n{}", refused.len(), refused.join("\n"));
    });
}
