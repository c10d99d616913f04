//! Whether the connection is encrypted and the server's certificate checked: `sslmode` and
//! `sslrootcert` of the address, as PostgreSQL's own clients read them.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Error;

/// The address without its settings of TLS, and what they say.
///
/// # Errors
/// What in the address is not understood; what it holds is not repeated, since it may be a password.
pub(super) fn read(address: &str) -> Result<(Config, MakeRustlsConnect), Error> {
    let wrong = |why: String| Error::Database(format!("the PostgreSQL address is not understood: {why}"));
    let (rest, mode) = take(address, "sslmode");
    let (rest, roots) = take(&rest, "sslrootcert");
    let mut config: Config = rest.parse().map_err(|error: tokio_postgres::Error| wrong(error.to_string()))?;
    let (ssl_mode, roots) = match (mode.as_deref(), roots) {
        (Some("disable"), None) => (SslMode::Disable, None),
        (None | Some("prefer"), None) => (SslMode::Prefer, None),
        (Some("require"), None) => (SslMode::Require, None),
        (Some("verify-full"), Some(file)) => (SslMode::Require, Some(trusted(Path::new(&file))?)),
        (Some("verify-full"), None) => {
            return Err(wrong(
                "sslmode=verify-full needs sslrootcert=FILE, the certificate of who signs".into(),
            ));
        }
        (None | Some("disable" | "prefer" | "require"), Some(_)) => {
            return Err(wrong("sslrootcert is used with sslmode=verify-full alone".into()));
        }
        (Some(_), _) => return Err(wrong("sslmode is disable, prefer, require or verify-full".into())),
    };
    config.ssl_mode(ssl_mode);
    let tls = connector(roots).map_err(|error| Error::Database(format!("no TLS for PostgreSQL: {error}")))?;
    Ok((config, tls))
}

/// Whether the server is on another machine, as far as its name says.
pub(super) fn leaves_this_machine(config: &Config) -> bool {
    config.get_hosts().iter().any(|host| match host {
        Host::Tcp(name) => name != "localhost" && !name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => false,
    })
}

/// The address without a setting, and what it said; in both forms of an address.
fn take(address: &str, name: &str) -> (String, Option<String>) {
    if address.contains("://") {
        let Some((front, query)) = address.split_once('?') else { return (address.to_owned(), None) };
        let is_it = |pair: &&str| pair.split_once('=').is_some_and(|(of, _)| of == name);
        let (own, others): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_it);
        let value = own.last().and_then(|pair| pair.split_once('=')).map(|(_, value)| decoded(value));
        let joint = if others.is_empty() { "" } else { "?" };
        return (format!("{front}{joint}{}", others.join("&")), value);
    }
    let start = format!("{name}=");
    let at = address.match_indices(&start).map(|(at, _)| at).find(|at| {
        address.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
    });
    let Some((before, after)) =
        at.and_then(|at| Some((address.get(..at)?, address.get(at + start.len()..)?)))
    else {
        return (address.to_owned(), None);
    };
    let (value, rest) = match after.strip_prefix('\'') {
        Some(quoted) => quoted.split_once('\'').unwrap_or((quoted, "")),
        None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
    };
    (format!("{before}{rest}"), Some(value.to_owned()))
}

/// `%2F` and the like as what they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, coded)) = rest.split_once('%') {
        bytes.extend(plain.bytes());
        match coded.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = coded.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(b'%');
                rest = coded;
            }
        }
    }
    bytes.extend(rest.bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The certificates of a file, all of which are trusted to sign the server's.
fn trusted(file: &Path) -> Result<RootCertStore, Error> {
    let unread = |why: String| Error::Database(format!("sslrootcert {}: {why}", file.display()));
    let mut roots = RootCertStore::empty();
    let all = CertificateDer::pem_file_iter(file).map_err(|error| unread(error.to_string()))?;
    for certificate in all {
        let certificate = certificate.map_err(|error| unread(error.to_string()))?;
        roots.add(certificate).map_err(|error| unread(error.to_string()))?;
    }
    if roots.is_empty() { Err(unread("it holds no certificate".into())) } else { Ok(roots) }
}

fn connector(roots: Option<RootCertStore>) -> Result<MakeRustlsConnect, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let config = match roots {
        Some(roots) => builder.with_root_certificates(roots),
        None => builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider))),
    };
    Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
}

/// Takes whoever answers, as `prefer` and `require` say: nobody reads along, but who it is stays open.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_taken_out_of_either_form_of_an_address() {
        let some = |text: &str| Some(text.to_owned());
        let url = "postgres://u:p@h/d?a=b&sslmode=require&sslrootcert=%2Fetc%2Fca%20x.pem";
        let (rest, mode) = take(url, "sslmode");
        assert_eq!(
            (rest.as_str(), mode),
            ("postgres://u:p@h/d?a=b&sslrootcert=%2Fetc%2Fca%20x.pem", some("require"))
        );
        let (rest, roots) = take(&rest, "sslrootcert");
        assert_eq!((rest.as_str(), roots), ("postgres://u:p@h/d?a=b", some("/etc/ca x.pem")));
        assert_eq!(take("postgres://h/d?sslmode=x", "sslmode"), ("postgres://h/d".into(), some("x")));
        let words = "host=h sslrootcert='/etc/ca x.pem' sslmode=verify-full user=u";
        let (rest, mode) = take(words, "sslmode");
        assert_eq!(mode, some("verify-full"));
        let (rest, roots) = take(&rest, "sslrootcert");
        assert_eq!((rest.as_str(), roots), ("host=h  user=u", some("/etc/ca x.pem")));
        assert_eq!(take("host=h password=sslmode=x", "sslmode").1, None);
    }

    #[test]
    fn what_asks_for_less_than_it_seems_to_is_refused() {
        for (settings, word) in [
            ("sslmode=verify-full", "sslrootcert"),
            ("sslmode=require&sslrootcert=/etc/ca.pem", "verify-full"),
            ("sslrootcert=/etc/ca.pem", "verify-full"),
            ("sslmode=verify-ca", "disable, prefer"),
            ("sslmode=", "disable, prefer"),
            ("sslmode=verify-full&sslrootcert=/nowhere/ca.pem", "/nowhere/ca.pem"),
        ] {
            let refused = read(&format!("postgres://u:secret@h/d?{settings}")).err().unwrap().to_string();
            assert!(refused.contains(word) && !refused.contains("secret"), "{settings}: {refused}");
        }
        for settings in ["", "?sslmode=disable", "?sslmode=prefer", "?sslmode=require"] {
            assert!(read(&format!("postgres://u:secret@h/d{settings}")).is_ok(), "{settings}");
        }
    }

    #[test]
    fn another_machine_is_told_from_this_one() {
        for (address, leaves) in [
            ("postgres://h.example/d", true),
            ("postgres://192.0.2.1/d", true),
            ("postgres://localhost/d", false),
            ("postgres://127.0.0.1/d", false),
            ("host=/run/postgresql", false),
        ] {
            assert_eq!(leaves_this_machine(&read(address).unwrap().0), leaves, "{address}");
        }
    }
}
