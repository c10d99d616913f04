//! Reads what another system sends in the standard's fields, and enters it like a person of the community.

use kernel::{Day, Group, Problem, Problems, Refusal, UnitId};
use web::{Cx, Form};

use super::NEED;
use crate::actions::community::{self, Entered};
use crate::actions::resident;
use crate::order::{Channel, DayPart, Order, OrderId, Want};

/// Enters the order once for a key that the sender made up.
pub(super) async fn enter(cx: &Cx, form: &Form, key: &str) -> Result<Order, Refusal> {
    let entered = read(form)?;
    let id = cx
        .once(("open311", key), move |tx, by| Ok(community::enter(tx, by, &entered)?.id.to_string()))
        .await
        .map_err(named_as_sent)?;
    let id = OrderId::from(id);
    cx.read(move |tx, by| resident::reload(tx, by, &id)).await
}

/// An attribute, as `attribute[code]`.
fn attribute<'a>(form: &'a Form, name: &str) -> &'a str {
    form.text(&format!("attribute[{name}]"))
}

fn read(form: &Form) -> Result<Entered, Refusal> {
    let mut problems = Problems::new();
    let code = form.text("service_code");
    if code.is_empty() {
        problems.add(Problem::new("error-missing").at("service_code"));
    }
    let on = attribute(form, "on");
    let day = Day::parse(on.get(..10).unwrap_or(on));
    if day.is_none() && !on.is_empty() {
        problems.add(Problem::new("error-not-a-day").at("attribute[on]").with("value", on));
    }
    let n_heads = problems.take(form.count("attribute[heads]")).flatten();
    let need = problems.take(form.optional("description", 500)).unwrap_or_default();
    problems.check()?;
    let unit = |name: &str| Some(attribute(form, name)).filter(|id| !id.is_empty()).map(UnitId::from);
    let town = unit("town");
    Ok(Entered {
        channel: Channel::Web,
        want: Want {
            resource: Some(code).filter(|code| *code != NEED).map(Into::into),
            need,
            group: Group::parse(attribute(form, "group")),
            community: unit("community").or_else(|| town.clone()),
            town,
            on: day,
            part: DayPart::parse(attribute(form, "part")).unwrap_or_default(),
            n_heads,
            language: attribute(form, "language").chars().take(20).collect(),
            ..Want::default()
        },
        name: format!("{}{}", form.text("last_name"), form.text("first_name")),
        phone: form.text("phone").to_owned(),
        place: form.text("address_string").to_owned(),
    })
}

/// The fields by the names that the sender knows.
fn named_as_sent(refusal: Refusal) -> Refusal {
    let Refusal::Invalid(problems) = refusal else { return refusal };
    let renamed = problems.into_iter().map(|mut problem| {
        let field = match problem.field.as_deref() {
            Some("town") => "attribute[town]",
            Some("on") => "attribute[on]",
            Some("heads") => "attribute[heads]",
            Some("need") => "description",
            Some("item") => "service_code",
            Some("name") => "last_name",
            Some("place") => "address_string",
            Some(_) | None => return problem,
        };
        problem.field = Some(field.into());
        problem
    });
    Refusal::Invalid(renamed.collect())
}
