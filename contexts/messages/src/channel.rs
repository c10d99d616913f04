//! The channels by which messages are sent further, and what each has to be told to work. Pure.

use std::collections::BTreeMap;

use kernel::{Instant, Problem, Problems, Refusal};

/// A way beside the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Mail to a person's address.
    Email,
    /// A text message to a person's phone, by a gateway that is asked over HTTP.
    Sms,
    /// Signed JSON to another system.
    Webhook,
    /// 企业微信: a robot in a group.
    Wecom,
    /// 钉钉: a robot in a group.
    Dingtalk,
}

/// A field of a channel's form.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the form and in the store; with `message-field-CHANNEL-` before it, in the catalogue.
    pub name: &'static str,
    /// Whether it is kept veiled and never shown again.
    pub secret: bool,
    /// Whether the channel works only with it.
    pub needed: bool,
    /// The most characters.
    pub most: usize,
    /// How it is asked for.
    pub asks: Asks,
}

/// How a field is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// One line.
    Line,
    /// Several lines.
    Lines,
    /// A web address.
    Url,
    /// A choice; the words are `message-choice-` and the code.
    One(&'static [&'static str]),
}

const fn line(name: &'static str, needed: bool) -> Field {
    Field { name, secret: false, needed, most: 200, asks: Asks::Line }
}

const fn secret(name: &'static str, needed: bool) -> Field {
    Field { name, secret: true, needed, most: 500, asks: Asks::Line }
}

const fn url(name: &'static str) -> Field {
    Field { name, secret: false, needed: true, most: 500, asks: Asks::Url }
}

/// A robot's address holds its key, so that it is a secret itself.
const fn secret_url(name: &'static str) -> Field {
    Field { name, secret: true, needed: true, most: 500, asks: Asks::Url }
}

const EMAIL: &[Field] = &[
    line("host", true),
    line("port", true),
    Field { asks: Asks::One(&["starttls", "tls", "none"]), ..line("tls", true) },
    line("from", true),
    line("user", false),
    secret("password", false),
];
const SMS: &[Field] = &[
    url("url"),
    Field { asks: Asks::One(&["json", "form"]), ..line("format", true) },
    Field { most: 2_000, asks: Asks::Lines, ..line("template", true) },
    line("taken", false),
    secret("authorization", false),
];
const WEBHOOK: &[Field] = &[url("url"), secret("key", true)];
const WECOM: &[Field] = &[secret_url("url")];
const DINGTALK: &[Field] = &[secret_url("url"), secret("key", false)];

impl Channel {
    /// All.
    pub const ALL: [Self; 5] = [Self::Email, Self::Sms, Self::Webhook, Self::Wecom, Self::Dingtalk];
    /// Those that reach a person.
    pub const PERSONAL: [Self; 2] = [Self::Email, Self::Sms];

    /// The word in the store, in addresses and, after `message-channel-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Webhook => "webhook",
            Self::Wecom => "wecom",
            Self::Dingtalk => "dingtalk",
        }
    }

    /// The channel of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.code() == code)
    }

    /// Whether it reaches a person, who has to consent; else a group.
    pub const fn is_personal(self) -> bool {
        match self {
            Self::Email | Self::Sms => true,
            Self::Webhook | Self::Wecom | Self::Dingtalk => false,
        }
    }

    /// Whether quiet hours hold for it: machines sleep at no time.
    pub const fn keeps_quiet(self) -> bool {
        !matches!(self, Self::Webhook)
    }

    /// What it has to be told.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Email => EMAIL,
            Self::Sms => SMS,
            Self::Webhook => WEBHOOK,
            Self::Wecom => WECOM,
            Self::Dingtalk => DINGTALK,
        }
    }
}

/// Field names with what stands in them.
pub type Values = BTreeMap<String, String>;

/// How a district has set a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Which.
    pub channel: Channel,
    /// Whether it sends.
    pub is_on: bool,
    /// Whether it only sends what is urgent.
    pub only_urgent: bool,
    /// What is no secret.
    pub fields: Values,
    /// Whether secrets are kept for it.
    pub has_secret: bool,
    /// Who set it, by name.
    pub changed_by: String,
    /// When; none for one that was never set.
    pub changed_at: Option<Instant>,
    /// Counts changes; 0 for one that was never set.
    pub version: i64,
}

impl Setting {
    /// A channel that nobody has set.
    pub const fn unset(channel: Channel) -> Self {
        Self {
            channel,
            is_on: false,
            only_urgent: false,
            fields: Values::new(),
            has_secret: false,
            changed_by: String::new(),
            changed_at: None,
            version: 0,
        }
    }
}

/// Checks what a channel is told, as far as that can be seen without asking anybody. One that is turned
/// off may have gaps. A secret that is left empty stays as it is.
///
/// # Errors
/// All that has to be mended, at its field.
pub fn check(channel: Channel, is_on: bool, given: &Values, kept: &Values) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    for field in channel.fields() {
        let text = given.get(field.name).map_or("", |text| text.trim());
        let stays = field.secret && kept.get(field.name).is_some_and(|kept| !kept.is_empty());
        if text.is_empty() {
            if is_on && field.needed && !stays {
                problems.add(Problem::new("error-missing").at(field.name));
            }
            continue;
        }
        let fits = match field.asks {
            Asks::Line | Asks::Lines => true,
            Asks::One(choices) => choices.contains(&text),
            Asks::Url => {
                problems.take(check_url(text).map_err(|problem| problem.at(field.name)));
                true
            }
        };
        if !fits {
            problems.add(Problem::new("message-choice-unknown").at(field.name));
        }
    }
    if channel == Channel::Email {
        check_email(given, &mut problems);
    }
    if channel == Channel::Sms {
        let template = given.get("template").map_or("", String::as_str);
        for place in ["{phone}", "{text}"] {
            if !template.trim().is_empty() && !template.contains(place) {
                problems.add(Problem::new("message-template-lacks").at("template").with("place", place));
            }
        }
    }
    problems.check()
}

fn check_email(given: &Values, problems: &mut Problems) {
    let text = |name: &str| given.get(name).map_or("", |text| text.trim());
    let port = text("port");
    if !port.is_empty() && !port.parse::<u16>().is_ok_and(|port| port > 0) {
        problems.add(Problem::new("message-port").at("port"));
    }
    if !text("from").is_empty() && !is_mail_address(text("from")) {
        problems.add(Problem::new("message-address").at("from"));
    }
    let host = text("host");
    if !host.is_empty() && host.contains(|c: char| c.is_whitespace() || "/@?#".contains(c)) {
        problems.add(Problem::new("message-host").at("host"));
    }
}

/// A web address that may be asked: `https`, or `http` where the operator allows the host; a host, and no
/// password in it.
///
/// # Errors
/// What is wrong, without a field.
pub fn check_url(text: &str) -> Result<(), Problem> {
    let bad = || Problem::new("message-url");
    let url: http::Uri = text.parse().map_err(|_| bad())?;
    let host = url.host().filter(|host| !host.is_empty()).ok_or_else(bad)?;
    let authority = url.authority().map_or("", http::uri::Authority::as_str);
    if authority.contains('@') || host.contains(char::is_whitespace) {
        return Err(bad());
    }
    if matches!(url.scheme_str(), Some("https" | "http")) { Ok(()) } else { Err(bad()) }
}

/// Whether a text has the form of a mail address: the mail server says whether it is one.
pub fn is_mail_address(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>\"(),:;[]\\".contains(c);
    let parts = text.rsplit_once('@');
    text.len() <= 254
        && text.is_ascii()
        && text.chars().all(plain)
        && parts.is_some_and(|(name, host)| {
            !name.is_empty() && !name.contains('@') && host.contains('.') && !host.starts_with('.')
        })
}

/// A phone number as people write it, in its digits: a mobile number of the mainland, or one with `+`.
pub fn read_phone(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| !c.is_whitespace() && !"-－()（）".contains(*c)).collect();
    let digits = kept.strip_prefix("+86").unwrap_or(&kept);
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if digits.len() == 11 && digits.starts_with('1') && all_digits(digits) {
        return Some(digits.to_owned());
    }
    let abroad = kept.strip_prefix('+').filter(|rest| (8..=15).contains(&rest.len()) && all_digits(rest));
    abroad.map(|_| kept.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(all: &[(&str, &str)]) -> Values {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_channel_that_is_on_says_all_that_it_lacks_at_once() {
        let Err(Refusal::Invalid(problems)) = check(Channel::Email, true, &values(&[]), &values(&[])) else {
            panic!("nothing was missing");
        };
        let fields: Vec<_> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
        assert_eq!(fields, ["host", "port", "tls", "from"]);
        assert!(check(Channel::Email, false, &values(&[]), &values(&[])).is_ok());
    }

    #[test]
    fn a_secret_that_is_left_empty_stays_and_one_that_never_was_is_missing() {
        let url = values(&[("url", "https://example.org/hook")]);
        assert!(check(Channel::Webhook, true, &url, &values(&[("key", "k")])).is_ok());
        assert!(check(Channel::Webhook, true, &url, &values(&[])).is_err());
    }

    #[test]
    fn an_address_is_https_with_a_host_and_without_a_password() {
        for good in ["https://oapi.dingtalk.com/robot/send?access_token=x", "http://gateway.local:8080/"] {
            assert!(check_url(good).is_ok(), "{good}");
        }
        let bad = ["", "gateway", "ftp://a/", "file:///etc/passwd", "https://a:b@c/", "https:///x", "//a/b"];
        for bad in bad.into_iter().chain(["javascript:alert(1)", "gopher://a:25/", "https://a b/"]) {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_phone_is_read_as_people_write_it() {
        for text in ["139 8765 0123", "+86-139-8765-0123", "13987650123"] {
            assert_eq!(read_phone(text).as_deref(), Some("13987650123"), "{text}");
        }
        assert_eq!(read_phone("+95 1 234 5678").as_deref(), Some("+9512345678"));
        for text in ["", "0874-3123456", "1398765012", "1398765012x", "+1"] {
            assert_eq!(read_phone(text), None, "{text}");
        }
    }

    #[test]
    fn a_mail_address_has_a_name_and_a_host_and_no_second_line() {
        assert!(is_mail_address("li.wei@kepu.example.cn"));
        for bad in ["", "li", "li@", "@a.cn", "li@cn", "a b@c.cn", "a@b.cn\r\nBcc: x@y.cn", "a@b@c.cn"] {
            assert!(!is_mail_address(bad), "{bad}");
        }
    }

    #[test]
    fn every_channel_comes_back_from_its_code() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.code()), Some(channel));
        }
    }
}
