//! All SQL of the channels, the quiet hours and where people want to be reached.

use db::{Error, Row, Tx, params};
use kernel::veil::{self, Place};
use kernel::{AccountId, Caller, DistrictId, Instant, Problem, Refusal};
use web::Locale;

use crate::channel::{Channel, Setting, Values};
use crate::contact::Contact;
use crate::quiet::{self, Quiet};

const SETTING: &str = "channel, is_on, only_urgent, fields, secret is not null as has_secret, changed_name, changed_at, version";

fn values(text: &str, channel: Channel, column: &str) -> Result<Values, Error> {
    serde_json::from_str(text).map_err(|_| {
        let (table, column) = ("message_channel".to_owned(), column.to_owned());
        Error::Corrupt { table, row: channel.code().to_owned(), column }
    })
}

fn setting(row: &Row) -> Result<Setting, Error> {
    let channel = row.parse("message_channel", "channel", Channel::parse)?;
    Ok(Setting {
        channel,
        is_on: row.get("is_on")?,
        only_urgent: row.get("only_urgent")?,
        fields: values(&row.get::<String>("fields")?, channel, "fields")?,
        has_secret: row.get("has_secret")?,
        changed_by: row.get("changed_name")?,
        changed_at: row.get("changed_at")?,
        version: row.get("version")?,
    })
}

/// Every channel, set or not.
pub(crate) fn list_settings(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Vec<Setting>, Error> {
    let sql = format!("select {SETTING} from message_channel where district_id = $1");
    let rows = tx.query(&sql, params![district])?;
    let set = rows.iter().map(setting).collect::<Result<Vec<_>, _>>()?;
    let of = |channel| set.iter().find(|one: &&Setting| one.channel == channel).cloned();
    Ok(Channel::ALL
        .into_iter()
        .map(|channel| of(channel).unwrap_or_else(|| Setting::unset(channel)))
        .collect())
}

const fn secret_place(channel: Channel) -> Place<'static> {
    Place { column: "message_channel.secret", row: channel.code() }
}

/// What a channel keeps veiled; empty when there is nothing.
///
/// # Errors
/// `Unavailable` when it was veiled by another installation's key.
pub(crate) fn secrets(tx: &mut Tx<'_>, by: &Caller, channel: Channel) -> Result<Values, Refusal> {
    let sql = "select secret from message_channel where district_id = $1 and channel = $2";
    let row = tx.find(sql, params![by.district(), channel.code()])?;
    let veiled: Option<Vec<u8>> = row.map(|row| row.get("secret")).transpose()?.flatten();
    let Some(veiled) = veiled else { return Ok(Values::new()) };
    let text = veil::unveil(by, secret_place(channel), &veiled).ok_or_else(|| {
        Refusal::Unavailable("the secret was kept with another signing-key; enter it anew".into())
    })?;
    Ok(values(&text, channel, "secret")?)
}

/// Saves a channel whose version was raised by one.
pub(crate) fn save_setting(
    tx: &mut Tx<'_>,
    by: &Caller,
    one: &Setting,
    secrets: &Values,
) -> Result<(), Refusal> {
    let json = |values: &Values| serde_json::to_string(values).map_err(|e| Refusal::Broken(Box::new(e)));
    let secret = if secrets.is_empty() {
        None
    } else {
        Some(veil::veil(by, secret_place(one.channel), &json(secrets)?)?)
    };
    let saved = tx.execute(
        "insert into message_channel
            (district_id, channel, is_on, only_urgent, fields, secret, changed_at, changed_name, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (district_id, channel) do update set is_on = excluded.is_on,
            only_urgent = excluded.only_urgent, fields = excluded.fields, secret = excluded.secret,
            changed_at = excluded.changed_at, changed_name = excluded.changed_name, version = excluded.version
         where message_channel.version = excluded.version - 1",
        params![
            by.district(),
            one.channel.code(),
            one.is_on,
            one.only_urgent,
            json(&one.fields)?,
            secret,
            by.now(),
            &by.actor.name,
            one.version
        ],
    )?;
    changed_once(saved)
}

fn changed_once(n: u64) -> Result<(), Refusal> {
    if n == 1 { Ok(()) } else { Err(Refusal::Conflict(Problem::new("message-changed-meanwhile"))) }
}

/// The district's quiet hours.
pub(crate) fn quiet(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Quiet, Error> {
    let sql = "select from_minute, to_minute, is_on, version from message_quiet where district_id = $1";
    let Some(row) = tx.find(sql, params![district])? else { return Ok(quiet::DEFAULT) };
    Ok(Quiet {
        from: row.get("from_minute")?,
        to: row.get("to_minute")?,
        is_on: row.get("is_on")?,
        version: row.get("version")?,
    })
}

/// Saves quiet hours whose version was raised by one.
pub(crate) fn save_quiet(tx: &mut Tx<'_>, by: &Caller, one: &Quiet) -> Result<(), Refusal> {
    let saved = tx.execute(
        "insert into message_quiet (district_id, from_minute, to_minute, is_on, version)
         values ($1, $2, $3, $4, $5)
         on conflict (district_id) do update set from_minute = excluded.from_minute,
            to_minute = excluded.to_minute, is_on = excluded.is_on, version = excluded.version
         where message_quiet.version = excluded.version - 1",
        params![by.district(), one.from, one.to, one.is_on, one.version],
    )?;
    changed_once(saved)
}

fn contact_row(account: &AccountId, channel: Channel) -> String {
    format!("{account}/{}", channel.code())
}

/// Where a person wants to be reached by a channel, as they said last.
pub(crate) fn contact(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: &AccountId,
    channel: Channel,
) -> Result<Option<Contact>, Refusal> {
    let row = tx.find(
        "select address, locale, consented_at, version from message_contact
         where district_id = $1 and account_id = $2 and channel = $3",
        params![by.district(), account, channel.code()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let row_key = contact_row(account, channel);
    let place = Place { column: "message_contact.address", row: &row_key };
    let veiled: Option<Vec<u8>> = row.get("address")?;
    let address = veiled.and_then(|veiled| veil::unveil(by, place, &veiled));
    let consented_at: Option<Instant> = row.get("consented_at")?;
    Ok(Some(Contact {
        consented_at: consented_at.filter(|_| address.is_some()),
        address: address.unwrap_or_default(),
        locale: row.parse("message_contact", "locale", Locale::parse)?,
        version: row.get("version")?,
    }))
}

/// Saves where a person wants to be reached; its version was raised by one.
pub(crate) fn save_contact(
    tx: &mut Tx<'_>,
    by: &Caller,
    account: &AccountId,
    channel: Channel,
    one: &Contact,
) -> Result<(), Refusal> {
    let row_key = contact_row(account, channel);
    let place = Place { column: "message_contact.address", row: &row_key };
    let address = match one.consented_at {
        Some(_) => Some(veil::veil(by, place, &one.address)?),
        None => None,
    };
    let withdrawn = one.consented_at.is_none().then(|| by.now());
    let saved = tx.execute(
        "insert into message_contact
            (district_id, account_id, channel, address, locale, consented_at, withdrawn_at, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (district_id, account_id, channel) do update set address = excluded.address,
            locale = excluded.locale, consented_at = excluded.consented_at,
            withdrawn_at = excluded.withdrawn_at, version = excluded.version
         where message_contact.version = excluded.version - 1",
        params![
            by.district(),
            account,
            channel.code(),
            address,
            one.locale.tag(),
            one.consented_at,
            withdrawn,
            one.version
        ],
    )?;
    changed_once(saved)
}

/// Whether a person consented to a channel.
pub(crate) fn has_consented(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    account: &AccountId,
    channel: Channel,
) -> Result<bool, Error> {
    let row = tx.find(
        "select 1 as there from message_contact
         where district_id = $1 and account_id = $2 and channel = $3 and consented_at is not null",
        params![district, account, channel.code()],
    )?;
    Ok(row.is_some())
}
