//! All SQL of the outbox.

use db::{Error, Row, Tx, params};
use kernel::stored::Val;
use kernel::{AccountId, Caller, DistrictId, Instant};

use super::{Ended, Filter, Message, Sending, SendingFilter, SendingState, Told};
use crate::{MessageId, SendingId};

/// Inserts a message; false when its event was told before.
pub(super) fn insert(tx: &mut Tx<'_>, by: &Caller, id: &MessageId, new: &Message) -> Result<bool, Error> {
    let args: serde_json::Map<String, serde_json::Value> =
        new.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    let inserted = tx.execute(
        "insert into message (district_id, id, event_key, kind, args, href, is_urgent, told_at, told_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (district_id, event_key) do nothing",
        params![
            by.district(),
            id,
            &new.key,
            new.kind.name,
            serde_json::Value::Object(args).to_string(),
            &new.href,
            new.kind.urgent,
            by.now(),
            &by.actor.account
        ],
    )?;
    Ok(inserted == 1)
}

pub(super) fn insert_readers(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &MessageId,
    to: &[&AccountId],
) -> Result<(), Error> {
    let rows: Vec<[Val; 4]> = to
        .iter()
        .map(|account| [by.district().into(), (*account).into(), id.into(), by.now().into()])
        .collect();
    tx.execute_each(
        "insert into message_reader (district_id, account_id, message_id, told_at) values ($1, $2, $3, $4)",
        &rows,
    )
    .map(|_| ())
}

const TOLD: &str = "m.id, m.kind, m.args, m.href, m.is_urgent, m.told_at";

fn told_of(row: &Row) -> Result<Told, Error> {
    let id: MessageId = row.get("id")?;
    let args: String = row.get("args")?;
    let args: std::collections::BTreeMap<String, String> = serde_json::from_str(&args).map_err(|_| {
        let (table, column) = ("message".to_owned(), "args".to_owned());
        Error::Corrupt { table, row: id.to_string(), column }
    })?;
    Ok(Told {
        id,
        kind: row.get("kind")?,
        args: args.into_iter().collect(),
        href: row.get("href")?,
        is_urgent: row.get("is_urgent")?,
        told_at: row.get("told_at")?,
        read_at: row.get("read_at")?,
    })
}

pub(super) fn count_unread(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reader: &AccountId,
) -> Result<(i64, Option<Instant>), Error> {
    let row = tx.one(
        "select count(*) as n, min(told_at) as since from message_reader
         where district_id = $1 and account_id = $2 and read_at is null",
        params![district, reader],
    )?;
    Ok((row.get("n")?, row.get("since")?))
}

/// The condition of a filter on `message_reader r`.
const fn asked(filter: Filter) -> &'static str {
    match filter.unread {
        None => "",
        Some(true) => " and r.read_at is null",
        Some(false) => " and r.read_at is not null",
    }
}

pub(super) fn count(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reader: &AccountId,
    filter: Filter,
) -> Result<i64, Error> {
    let sql = format!(
        "select count(*) as n from message_reader r where r.district_id = $1 and r.account_id = $2{}",
        asked(filter)
    );
    tx.one(&sql, params![district, reader])?.get("n")
}

pub(super) fn list(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reader: &AccountId,
    filter: Filter,
    (limit, offset): (i64, i64),
) -> Result<Vec<Told>, Error> {
    let sql = format!(
        "select {TOLD}, r.read_at from message_reader r
         join message m on m.district_id = r.district_id and m.id = r.message_id
         where r.district_id = $1 and r.account_id = $2{}
         order by r.told_at desc, r.message_id desc limit $3 offset $4",
        asked(filter)
    );
    tx.query(&sql, params![district, reader, limit, offset])?.iter().map(told_of).collect()
}

pub(super) fn find(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reader: &AccountId,
    id: &MessageId,
) -> Result<Option<Told>, Error> {
    let sql = format!(
        "select {TOLD}, r.read_at from message_reader r
         join message m on m.district_id = r.district_id and m.id = r.message_id
         where r.district_id = $1 and r.account_id = $2 and r.message_id = $3"
    );
    tx.find(&sql, params![district, reader, id])?.as_ref().map(told_of).transpose()
}

pub(super) fn told(tx: &mut Tx<'_>, district: &DistrictId, id: &MessageId) -> Result<Option<Told>, Error> {
    let sql = format!(
        "select {TOLD}, cast(null as bigint) as read_at from message m where m.district_id = $1 and m.id = $2"
    );
    tx.find(&sql, params![district, id])?.as_ref().map(told_of).transpose()
}

/// Who is to read a message.
pub(super) fn readers(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &MessageId,
) -> Result<Vec<AccountId>, Error> {
    let rows = tx.query(
        "select account_id from message_reader where district_id = $1 and message_id = $2 order by account_id",
        params![district, id],
    )?;
    rows.iter().map(|row| row.get("account_id")).collect()
}

pub(super) fn mark_read(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reader: &AccountId,
    id: &MessageId,
    now: Instant,
) -> Result<(), Error> {
    tx.execute(
        "update message_reader set read_at = $4
         where district_id = $1 and account_id = $2 and message_id = $3 and read_at is null",
        params![district, reader, id, now],
    )
    .map(|_| ())
}

pub(super) fn mark_all_read(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    reader: &AccountId,
    until: Instant,
    now: Instant,
) -> Result<u64, Error> {
    tx.execute(
        "update message_reader set read_at = $4
         where district_id = $1 and account_id = $2 and told_at <= $3 and read_at is null",
        params![district, reader, until, now],
    )
}

/// Inserts a sending; false when the message goes that way already.
pub(super) fn insert_sending(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &SendingId,
    message: &MessageId,
    (channel, account): (&'static str, Option<&AccountId>),
    deadline: Instant,
) -> Result<bool, Error> {
    let inserted = tx.execute(
        "insert into message_sending
            (district_id, id, message_id, channel, account_id, state, n_attempts, made_at, deadline_at)
         values ($1, $2, $3, $4, $5, 'waiting', 0, $6, $7)
         on conflict (district_id, message_id, channel, account_id) do nothing",
        params![
            by.district(),
            id,
            message,
            channel,
            account.map_or("", AccountId::as_str),
            by.now(),
            deadline
        ],
    )?;
    Ok(inserted == 1)
}

const SENDING: &str = "s.id, s.message_id, m.kind, s.channel, s.account_id, s.state, s.n_attempts, s.answer,
    s.made_at, s.deadline_at, s.tried_at, s.ended_at";

fn sending(row: &Row) -> Result<Sending, Error> {
    let account: String = row.get("account_id")?;
    Ok(Sending {
        id: row.get("id")?,
        message: row.get("message_id")?,
        kind: row.get("kind")?,
        channel: row.get("channel")?,
        account: Some(account).filter(|account| !account.is_empty()).map(AccountId::from),
        state: row.parse("message_sending", "state", SendingState::parse)?,
        attempts: row.get("n_attempts")?,
        answer: row.get("answer")?,
        made_at: row.get("made_at")?,
        deadline_at: row.get("deadline_at")?,
        tried_at: row.get("tried_at")?,
        ended_at: row.get("ended_at")?,
    })
}

pub(super) fn find_sending(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &SendingId,
) -> Result<Option<Sending>, Error> {
    let sql = format!(
        "select {SENDING} from message_sending s
         join message m on m.district_id = s.district_id and m.id = s.message_id
         where s.district_id = $1 and s.id = $2"
    );
    tx.find(&sql, params![district, id])?.as_ref().map(sending).transpose()
}

pub(super) fn attempted(tx: &mut Tx<'_>, by: &Caller, id: &SendingId, answer: &str) -> Result<(), Error> {
    tx.execute(
        "update message_sending set n_attempts = n_attempts + 1, tried_at = $3, answer = $4
         where district_id = $1 and id = $2 and state = 'waiting'",
        params![by.district(), id, by.now(), answer],
    )
    .map(|_| ())
}

pub(super) fn end_sending(
    tx: &mut Tx<'_>,
    by: &Caller,
    id: &SendingId,
    (ended, tried): (Ended, bool),
    answer: &str,
) -> Result<(), Error> {
    let now = by.now();
    tx.execute(
        "update message_sending set state = $3, ended_at = $4, answer = $5, n_attempts = n_attempts + $6,
            tried_at = coalesce($7, tried_at)
         where district_id = $1 and id = $2 and state = 'waiting'",
        params![by.district(), id, ended.state().code(), now, answer, i64::from(tried), tried.then_some(now)],
    )
    .map(|_| ())
}

pub(super) fn time_out(tx: &mut Tx<'_>, now: Instant) -> Result<u64, Error> {
    tx.execute(
        "update message_sending set state = 'timed_out', ended_at = $1
         where state = 'waiting' and deadline_at <= $1",
        params![now],
    )
}

/// The condition of a filter on `message_sending s`; its parameters are $2 and $3.
const SENDING_ASKED: &str = "s.district_id = $1 and (cast($2 as text) = '' or s.state = $2)
    and (cast($3 as text) = '' or s.channel = $3)";

pub(super) fn count_sendings(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    filter: &SendingFilter,
) -> Result<i64, Error> {
    let state = filter.state.map_or("", SendingState::code);
    let sql = format!("select count(*) as n from message_sending s where {SENDING_ASKED}");
    tx.one(&sql, params![district, state, &filter.channel])?.get("n")
}

pub(super) fn list_sendings(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    filter: &SendingFilter,
    (limit, offset): (i64, i64),
) -> Result<Vec<Sending>, Error> {
    let state = filter.state.map_or("", SendingState::code);
    let sql = format!(
        "select {SENDING} from message_sending s
         join message m on m.district_id = s.district_id and m.id = s.message_id
         where {SENDING_ASKED} order by s.made_at desc, s.id desc limit $4 offset $5"
    );
    tx.query(&sql, params![district, state, &filter.channel, limit, offset])?.iter().map(sending).collect()
}

/// The newest sending of a kind of message by a channel.
pub(super) fn latest_sending(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    channel: &str,
    kind: &str,
) -> Result<Option<Sending>, Error> {
    let sql = format!(
        "select {SENDING} from message_sending s
         join message m on m.district_id = s.district_id and m.id = s.message_id
         where s.district_id = $1 and s.channel = $2 and m.kind = $3 order by s.made_at desc, s.id desc limit 1"
    );
    tx.find(&sql, params![district, channel, kind])?.as_ref().map(sending).transpose()
}

/// Removes what was told before a moment, with its readers and sendings, but for what still waits.
pub(crate) fn forget(tx: &mut Tx<'_>, before: Instant) -> Result<(), Error> {
    for sql in [
        "delete from message_sending where state <> 'waiting' and (district_id, message_id) in
            (select m.district_id, m.id from message m where m.told_at < $1)",
        "delete from message_reader where (district_id, message_id) in
            (select m.district_id, m.id from message m where m.told_at < $1)",
        "delete from message where told_at < $1 and not exists (select 1 from message_sending s
            where s.district_id = message.district_id and s.message_id = message.id)",
    ] {
        tx.execute(sql, params![before])?;
    }
    Ok(())
}
