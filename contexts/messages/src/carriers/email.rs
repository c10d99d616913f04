//! Mail by SMTP: one message a connection, to an address of the server that was checked.

use std::net::SocketAddr;
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, response::Response};

use super::{Carriers, Outcome, Parcel, value};
use crate::channel::Values;
use crate::outward::Barred;

/// How long each step may take.
const MOST_TIME: Duration = Duration::from_secs(15);
const MOST_SUBJECT: usize = 60;

/// How the connection is encrypted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    /// From the start (port 465).
    Whole,
    /// After a word in the clear (port 587).
    Upgraded,
    /// Not at all: for hosts that the operator allowed.
    None,
}

pub(super) fn send(carriers: &Carriers, set: &Values, to: &str, parcel: &Parcel) -> Result<Outcome, Outcome> {
    let message = compose(carriers, value(set, "from"), to, parcel)?;
    let (host, port) = (value(set, "host"), value(set, "port"));
    let port: u16 = port.parse().map_err(|_| Outcome::Never("the port is no number".to_owned()))?;
    let secrecy = match value(set, "tls") {
        "tls" => Secrecy::Whole,
        "none" => Secrecy::None,
        _ => Secrecy::Upgraded,
    };
    if secrecy == Secrecy::None && !carriers.outward.is_allowed(host, port) {
        let why = "mail that is not encrypted goes only to hosts that are allowed with --allow-hosts";
        return Err(Outcome::Never(why.to_owned()));
    }
    let addresses = carriers.outward.addresses(host, port).map_err(|barred| match barred {
        Barred::Inside(_) => Outcome::Never(barred.to_string()),
        Barred::Unknown(_) => Outcome::Again(barred.to_string()),
    })?;
    let credentials = Some(value(set, "user"))
        .filter(|user| !user.is_empty())
        .map(|user| Credentials::new(user.to_owned(), value(set, "password").to_owned()));
    // Servers want a name with a dot; the sender's own is the one that they know.
    let own = value(set, "from").rsplit_once('@').map_or("localhost", |(_, host)| host);
    let hello = ClientId::Domain(own.to_owned());
    let mut connection = connect(host, &addresses, secrecy, &hello).map_err(|error| judged(&error))?;
    let sent = hand_over(&mut connection, credentials.as_ref(), &message);
    connection.abort();
    let response = sent.map_err(|error| judged(&error))?;
    let said: Vec<&str> = response.message().collect();
    Ok(Outcome::Taken(format!("{} {}", response.code(), said.join(" "))))
}

fn connect(
    host: &str,
    addresses: &[SocketAddr],
    secrecy: Secrecy,
    hello: &ClientId,
) -> Result<SmtpConnection, Error> {
    let tls = TlsParameters::new(host.to_owned())?;
    let whole = (secrecy == Secrecy::Whole).then_some(&tls);
    let mut connection = SmtpConnection::connect(addresses, Some(MOST_TIME), hello, whole, None)?;
    if secrecy == Secrecy::Upgraded {
        connection.starttls(&tls, hello)?;
    }
    Ok(connection)
}

fn hand_over(
    connection: &mut SmtpConnection,
    credentials: Option<&Credentials>,
    message: &Message,
) -> Result<Response, Error> {
    if let Some(credentials) = credentials {
        connection.auth(DEFAULT_MECHANISMS, credentials)?;
    }
    connection.send(message.envelope(), &message.formatted())
}

/// What a failure means: what the server refuses for good is not tried again.
fn judged(error: &Error) -> Outcome {
    let said = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let said: Vec<String> = said.map(ToString::to_string).collect();
    let said = said.join(": ");
    if error.is_permanent() || error.is_client() { Outcome::Never(said) } else { Outcome::Again(said) }
}

fn compose(carriers: &Carriers, from: &str, to: &str, parcel: &Parcel) -> Result<Message, Outcome> {
    let address = |text: &str| {
        text.parse().map_err(|error| Outcome::Never(format!("{text} is no mail address: {error}")))
    };
    let say = |key: &str, args: &[(&str, String)]| carriers.say(parcel.locale, key, args);
    let name = say("message-sender", &[("district", parcel.district.clone())]);
    let from = Mailbox::new(Some(name), address(from)?);
    let host = from.email.domain().to_owned();
    let subject: String = parcel.sentence.chars().take(MOST_SUBJECT).collect();
    let foot = say("message-mail-foot", &[]);
    let body = format!("{}\n\n-- \n{foot}\n", carriers.lines(parcel));
    Message::builder()
        .from(from)
        .to(Mailbox::new(None, address(to)?))
        .subject(subject)
        // The same on every attempt: a mailbox that had it before shows it once.
        .message_id(Some(format!("<{}@{host}>", parcel.key.to_ascii_lowercase())))
        .header(ContentType::TEXT_PLAIN)
        .body(body)
        .map_err(|error| Outcome::Never(error.to_string()))
}
