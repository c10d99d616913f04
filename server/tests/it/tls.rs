//! The connection to PostgreSQL over TLS, to a server that takes nothing else: whom it trusts.

use db::{Db, Target};
use testkit::Cluster;

/// Opens the address, and tells whether what is said is encrypted.
fn encrypted(address: String) -> Result<bool, String> {
    let db = Db::open(&Target::Postgres(address), &[]).map_err(|error| error.to_string())?;
    let sql = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    let ssl = db.read_now(move |tx| Ok(tx.one(sql, &[])?.get::<bool>("ssl")?));
    db.close();
    ssl.map_err(|refusal| refusal.to_string())
}

#[test]
fn a_server_is_spoken_to_encrypted_and_trusted_only_with_the_certificate_that_is_named() {
    let Some(cluster) = Cluster::start(true) else { return };
    let Some(other) = Cluster::start(true) else { return };
    let address = cluster.address();
    let with = |settings: &str| encrypted(format!("{address}?{settings}"));
    let full = |file: &std::path::Path| format!("sslmode=verify-full&sslrootcert={}", file.display());
    assert_eq!(encrypted(address.clone()), Ok(true), "it is encrypted where the server can");
    assert_eq!(with("sslmode=require"), Ok(true));
    assert_eq!(with(&full(&cluster.certificate)), Ok(true));
    let plain = with("sslmode=disable").unwrap_err();
    assert!(plain.contains("no encryption"), "{plain}");
    let stranger = with(&full(&other.certificate)).unwrap_err();
    assert!(stranger.contains("certificate"), "{stranger}");
    // The same server by another name than its certificate's.
    let by_number = address.replace("localhost", "127.0.0.1");
    let misnamed = encrypted(format!("{by_number}?{}", full(&cluster.certificate))).unwrap_err();
    assert!(misnamed.contains("certificate"), "{misnamed}");
    assert_eq!(encrypted(format!("{by_number}?sslmode=require")), Ok(true));
}

#[test]
fn a_server_without_tls_is_not_spoken_to_where_encryption_is_asked_for() {
    let Some(cluster) = Cluster::start(false) else { return };
    let address = cluster.address();
    let refused = encrypted(format!("{address}?sslmode=require")).unwrap_err();
    assert!(refused.contains("TLS"), "{refused}");
    assert_eq!(encrypted(address), Ok(false));
}
