//! Where the program may connect to: the open Internet, and what the operator allowed by name.
//!
//! An address in a form must not lead into the machine, its network, or the cloud's own services. What
//! counts is the address that is connected to, not the name: it is looked up once, checked, and that very
//! address is used. Redirects are not followed.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

/// Looks a host and port up.
pub type Lookup = Arc<dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync>;

/// What is allowed beside the open Internet, and how names are looked up.
#[derive(Clone)]
pub struct Outward {
    allowed: Vec<(String, Option<u16>)>,
    lookup: Lookup,
}

impl fmt::Debug for Outward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outward").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// Why a host is not connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Barred {
    /// It has no address, or its names cannot be looked up now.
    Unknown(String),
    /// It lies within: which address.
    Inside(IpAddr),
}

impl fmt::Display for Barred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(why) => write!(f, "the host is not found: {why}"),
            Self::Inside(ip) => write!(
                f,
                "{ip} lies within this machine or its network; whoever runs the program may allow its host \
                 with --allow-hosts"
            ),
        }
    }
}

impl Outward {
    /// As the operator wrote it: hosts or addresses, each with a port or without, parted by commas.
    ///
    /// # Errors
    /// Which part cannot be read.
    pub fn allowing(list: &str) -> Result<Self, String> {
        let lookup: Lookup = Arc::new(|host, port| Ok((host, port).to_socket_addrs()?.collect()));
        Self::looking_up(list, lookup)
    }

    /// As [`Outward::allowing`], with another way to look names up, for tests.
    ///
    /// # Errors
    /// As [`Outward::allowing`].
    pub fn looking_up(list: &str, lookup: Lookup) -> Result<Self, String> {
        let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
        let allowed = parts.map(read_host).collect::<Result<_, _>>()?;
        Ok(Self { allowed, lookup })
    }

    /// Whether the operator named the host with this port, or with all.
    pub fn is_allowed(&self, host: &str, port: u16) -> bool {
        let host = bare(host);
        self.allowed.iter().any(|(name, of)| *name == host && of.is_none_or(|of| of == port))
    }

    /// The addresses to connect to.
    ///
    /// # Errors
    /// [`Barred`]; a host of which one address lies within is barred as a whole.
    pub fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Barred> {
        let host = bare(host);
        let found = (self.lookup)(&host, port).map_err(|error| Barred::Unknown(error.to_string()))?;
        if found.is_empty() {
            return Err(Barred::Unknown(host));
        }
        if !self.is_allowed(&host, port)
            && let Some(inside) = found.iter().find(|address| !is_open(address.ip()))
        {
            return Err(Barred::Inside(inside.ip()));
        }
        Ok(found)
    }
}

/// A host as it is compared: lower case, without the brackets of an IPv6 address and the root's dot.
fn bare(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase()
}

fn read_host(part: &str) -> Result<(String, Option<u16>), String> {
    let bad = || format!("--allow-hosts: {part} is no host; write HOST or HOST:PORT, parted by commas");
    if part.parse::<IpAddr>().is_ok() {
        return Ok((bare(part), None));
    }
    let (host, port) = match part.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().map_err(|_| bad())?)),
        None => (part, None),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.[]:_".contains(c);
    if host.is_empty() || !host.chars().all(plain) { Err(bad()) } else { Ok((bare(host), port)) }
}

/// Whether an address is of the open Internet, by the registries of special-purpose addresses (RFC 6890).
fn is_open(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_open_v4(ip),
        IpAddr::V6(ip) => is_open_v6(ip),
    }
}

fn is_open_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224.., _, _)
    );
    !special
}

fn is_open_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_open_v4(v4);
    }
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match (a, b) {
        // NAT64 and 6to4 carry an IPv4 address within.
        (0x64, 0xff9b) => [c, d, e, f] == [0; 4] && is_open_v4(v4(g, h)),
        (0x2002, _) => is_open_v4(v4(b, c)),
        // Teredo and other protocols' own; documentation.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, _) => false,
        (0x2000..=0x3ffe, _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_within_is_barred_however_it_is_written() {
        let outward = Outward::allowing("").unwrap();
        for host in [
            "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1", "0",
            "[::1]", "::1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254", "10.0.0.5",
            "172.20.1.1", "192.168.1.1", "100.100.100.200", "0.0.0.0", "[::]", "[fd00::1]", "[fe80::1]",
            "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:53aa::1]", "224.0.0.1", "255.255.255.255",
            "localhost.", "LOCALHOST",
        ] {
            match outward.addresses(host, 80) {
                Err(Barred::Inside(_) | Barred::Unknown(_)) => {}
                Ok(all) => panic!("{host} leads to {all:?}"),
            }
        }
    }

    #[test]
    fn an_address_of_the_open_internet_is_let_through() {
        let outward = Outward::allowing("").unwrap();
        for host in ["223.5.5.5", "[2400:3200::1]", "172.15.0.1", "172.32.0.1", "100.128.0.1"] {
            assert!(outward.addresses(host, 443).is_ok(), "{host}");
        }
    }

    #[test]
    fn a_name_that_leads_within_once_is_barred_as_a_whole() {
        let both: Lookup =
            Arc::new(|_, port| Ok(vec![([223, 5, 5, 5], port).into(), ([10, 0, 0, 1], port).into()]));
        let outward = Outward::looking_up("", both).unwrap();
        let inside = IpAddr::from([10, 0, 0, 1]);
        assert_eq!(outward.addresses("rebind.example", 80), Err(Barred::Inside(inside)));
    }

    #[test]
    fn what_the_operator_named_is_allowed_with_its_port_and_with_no_other() {
        let outward = Outward::allowing("127.0.0.1:2525, Mail.Gov.Local , ::1").unwrap();
        assert!(outward.addresses("127.0.0.1", 2525).is_ok());
        assert!(outward.addresses("127.0.0.1", 25).is_err());
        assert!(outward.is_allowed("mail.gov.local", 587) && outward.is_allowed("[::1]", 1));
        assert!(!outward.is_allowed("evil.mail.gov.local", 587));
        for bad in ["a:b", ":25", "http://a/"] {
            assert!(Outward::allowing(bad).is_err(), "{bad}");
        }
    }
}
