//! Indicators and the sums of the counted ones.

use std::str::FromStr;

use db::{Row, Tx, Val, params};
use kernel::{Day, DistrictId, Group, Refusal, Year};
use rust_decimal::Decimal;

use super::corrupt;
use crate::counting::Years;
use crate::fact::RULE_VERSION;
use crate::indicator::{Counted, Source, Tally};
use crate::{Indicator, IndicatorId, Kind, PurposeId};

const TABLE: &str = "evidence_indicator";

/// Writes an indicator anew.
pub fn save(tx: &mut Tx, district: &DistrictId, indicator: &Indicator, position: i64) -> Result<(), Refusal> {
    let (purpose, kind, group, tally) = match &indicator.source {
        Source::Counted { purpose, kind, group, tally } => (
            purpose.as_ref().map_or("", PurposeId::as_str),
            kind.map_or("", Kind::code),
            group.map_or("", Group::code),
            tally.code(),
        ),
        Source::Registered
        | Source::Coverage { .. }
        | Source::Measured
        | Source::Financial
        | Source::Attested => ("", "", "", ""),
    };
    let (form, per_town) = match &indicator.source {
        Source::Registered => ("count", 0),
        Source::Coverage { per_town } => ("coverage", *per_town),
        Source::Counted { .. } | Source::Measured | Source::Financial | Source::Attested => ("", 0),
    };
    tx.execute(
        "insert into evidence_indicator (district_id, id, kind, title, title_en, unit_text, unit_text_en,
            purpose_id, delivery_kind, group_code, quantity, form, per_town, rule_version, valid_from,
            valid_to, position, implied, implied_on, retired)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, false)
         on conflict (district_id, id) do update set kind = excluded.kind, title = excluded.title,
            title_en = excluded.title_en, unit_text = excluded.unit_text, unit_text_en = excluded.unit_text_en,
            purpose_id = excluded.purpose_id, delivery_kind = excluded.delivery_kind,
            group_code = excluded.group_code, quantity = excluded.quantity, form = excluded.form,
            per_town = excluded.per_town, rule_version = excluded.rule_version,
            valid_from = excluded.valid_from, valid_to = excluded.valid_to, position = excluded.position,
            implied = excluded.implied, implied_on = excluded.implied_on, retired = false",
        params![
            district,
            &indicator.id,
            indicator.source.code(),
            &indicator.title,
            indicator.title_en.as_deref(),
            &indicator.unit,
            indicator.unit_en.as_deref(),
            purpose,
            kind,
            group,
            tally,
            form,
            per_town,
            RULE_VERSION,
            indicator.from,
            indicator.to,
            position,
            indicator.implied.map(|(_, value)| value.to_string()),
            indicator.implied.map(|(on, _)| on)
        ],
    )?;
    Ok(())
}

/// Marks every indicator that others registered as retired; those still asked for are written anew after it.
pub fn retire_all(tx: &mut Tx, district: &DistrictId) -> Result<(), Refusal> {
    tx.execute(
        "update evidence_indicator set retired = true where district_id = $1 and own = false",
        params![district],
    )?;
    Ok(())
}

/// Those of them that others registered.
pub fn list_registered(tx: &mut Tx, district: &DistrictId) -> Result<Vec<Indicator>, Refusal> {
    let rows = tx.query(
        "select * from evidence_indicator where district_id = $1 and retired = false and own = false
         order by position, id",
        params![district],
    )?;
    rows.iter().map(|row| Ok(indicator(row)?)).collect()
}

/// The indicators in force, in the owner's order.
pub fn list(tx: &mut Tx, district: &DistrictId) -> Result<Vec<Indicator>, Refusal> {
    let rows = tx.query(
        "select * from evidence_indicator where district_id = $1 and retired = false order by own, position, id",
        params![district],
    )?;
    rows.iter().map(|row| Ok(indicator(row)?)).collect()
}

/// The one with this id, also one that left its owner's list.
pub fn find(tx: &mut Tx, district: &DistrictId, id: &IndicatorId) -> Result<Option<Indicator>, Refusal> {
    let row = tx
        .find("select * from evidence_indicator where district_id = $1 and id = $2", params![district, id])?;
    row.map(|row| Ok(indicator(&row)?)).transpose()
}

/// Writes one that was made here; it stands after all that others registered.
pub fn save_own(tx: &mut Tx, district: &DistrictId, indicator: &Indicator) -> Result<(), Refusal> {
    let row = tx.one(
        "select coalesce(max(position), 0) + 1 as next from evidence_indicator where district_id = $1",
        params![district],
    )?;
    save(tx, district, indicator, row.get("next")?)?;
    tx.execute(
        "update evidence_indicator set own = true where district_id = $1 and id = $2",
        params![district, &indicator.id],
    )?;
    Ok(())
}

fn indicator(row: &Row) -> Result<Indicator, db::Error> {
    let id: String = row.get("id")?;
    let bad = |column| corrupt(TABLE, &id, column);
    let text = |column| row.get::<String>(column);
    let kind: String = text("kind")?;
    let source = match (kind.as_str(), text("form")?.as_str()) {
        ("counted", _) => {
            let (kind, group) = (text("delivery_kind")?, text("group_code")?);
            let some = |code: &str| !code.is_empty();
            Source::Counted {
                purpose: Some(text("purpose_id")?).filter(|id| some(id)).map(PurposeId::from),
                kind: match kind.as_str() {
                    "" => None,
                    code => Some(Kind::parse(code).ok_or_else(|| bad("delivery_kind"))?),
                },
                group: match group.as_str() {
                    "" => None,
                    code => Some(Group::parse(code).ok_or_else(|| bad("group_code"))?),
                },
                tally: Tally::parse(&text("quantity")?).ok_or_else(|| bad("quantity"))?,
            }
        }
        ("registered", "count") => Source::Registered,
        ("registered", "coverage") => Source::Coverage { per_town: row.get("per_town")? },
        ("measured", _) => Source::Measured,
        ("financial", _) => Source::Financial,
        ("attested", _) => Source::Attested,
        _ => return Err(bad("kind")),
    };
    Ok(Indicator {
        title: text("title")?,
        title_en: row.get("title_en")?,
        unit: text("unit_text")?,
        unit_en: row.get("unit_text_en")?,
        source,
        from: row.get("valid_from")?,
        to: row.get("valid_to")?,
        implied: implied(row)?,
        id: id.into(),
    })
}

fn implied(row: &Row) -> Result<Option<(Day, Decimal)>, db::Error> {
    let on: Option<Day> = row.get("implied_on")?;
    let read = |text: &str| Decimal::from_str(text).ok();
    on.map(|on| Ok((on, row.parse(TABLE, "implied", read)?))).transpose()
}

/// Moves the sums of a counted indicator.
pub fn move_by(tx: &mut Tx, district: &DistrictId, moved: &Years) -> Result<(), Refusal> {
    let rows: Vec<[Val; 10]> = moved
        .iter()
        .map(|((id, year), (n, counted))| {
            let Counted { sessions, person_times, minutes, persons, persons_new, identified } = *counted;
            [
                district.into(),
                id.into(),
                i64::from(*year).into(),
                sessions.into(),
                person_times.into(),
                minutes.into(),
                persons.into(),
                persons_new.into(),
                identified.into(),
                (*n).into(),
            ]
        })
        .collect();
    tx.execute_each(
        "insert into evidence_indicator_total (district_id, indicator_id, year, sessions, person_times, minutes,
            persons, persons_new, identified, rule_n)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (district_id, indicator_id, year) do update set
            sessions = evidence_indicator_total.sessions + excluded.sessions,
            person_times = evidence_indicator_total.person_times + excluded.person_times,
            minutes = evidence_indicator_total.minutes + excluded.minutes,
            persons = evidence_indicator_total.persons + excluded.persons,
            persons_new = evidence_indicator_total.persons_new + excluded.persons_new,
            identified = evidence_indicator_total.identified + excluded.identified",
        &rows,
    )?;
    Ok(())
}

/// The sums of all counted indicators until a year, each with the version of the rule that made it.
pub fn totals(tx: &mut Tx, district: &DistrictId, until: Year) -> Result<Years, Refusal> {
    let rows = tx.query(
        "select * from evidence_indicator_total where district_id = $1 and year <= $2",
        params![district, i64::from(until)],
    )?;
    rows.iter().map(|row| Ok(total(row)?)).collect()
}

/// One entry of [`Years`].
type OfYear = ((IndicatorId, Year), (i64, Counted));

fn total(row: &Row) -> Result<OfYear, db::Error> {
    let id: IndicatorId = row.get("indicator_id")?;
    let year = Year::try_from(row.get::<i64>("year")?)
        .map_err(|_| corrupt("evidence_indicator_total", id.as_str(), "year"))?;
    let counted = Counted {
        sessions: row.get("sessions")?,
        person_times: row.get("person_times")?,
        minutes: row.get("minutes")?,
        persons: row.get("persons")?,
        persons_new: row.get("persons_new")?,
        identified: row.get("identified")?,
    };
    Ok(((id, year), (row.get("rule_n")?, counted)))
}

/// Forgets the sums and appearances of all indicators, before they are computed anew.
pub fn clear(tx: &mut Tx, district: &DistrictId) -> Result<(), Refusal> {
    tx.execute("delete from evidence_indicator_total where district_id = $1", params![district])?;
    tx.execute("delete from evidence_indicator_person where district_id = $1", params![district])?;
    Ok(())
}

/// Forgets those of some indicators.
pub fn forget<'a>(
    tx: &mut Tx,
    district: &DistrictId,
    indicators: impl IntoIterator<Item = &'a IndicatorId>,
) -> Result<(), Refusal> {
    let rows: Vec<[Val; 2]> = indicators.into_iter().map(|id| [district.into(), id.into()]).collect();
    tx.execute_each(
        "delete from evidence_indicator_total where district_id = $1 and indicator_id = $2",
        &rows,
    )?;
    tx.execute_each(
        "delete from evidence_indicator_person where district_id = $1 and indicator_id = $2",
        &rows,
    )?;
    Ok(())
}
