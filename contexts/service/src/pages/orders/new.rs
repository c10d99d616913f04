//! `/desk/orders/new`: an order for somebody who called or came, on one page.

use askama::Template;
use kernel::{Group, Problems, Refusal, UnitId};
use people::units::UnitKind;
use web::{Cx, Form, Result, ui};

use crate::actions::community::{self, Entered};
use crate::contact;
use crate::order::{Channel, DayPart, Order, Want, rules};
use crate::pages::names::Names;
use crate::pages::{day_words, desk, options};
use crate::resource::{Held, ResourceId};
use crate::store;

#[derive(Template)]
#[template(path = "pages/orders/new.html")]
struct New<'a> {
    cx: &'a Cx,
    form: &'a Form,
    channels: Vec<(String, String)>,
    items: Vec<(String, String)>,
    units: Vec<(String, String)>,
    parts: Vec<(String, String)>,
    groups: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "pages/orders/entered.html")]
struct Done<'a> {
    cx: &'a Cx,
    order: &'a Order,
    code: String,
}

/// Shows the form.
pub async fn show(cx: Cx) -> Result {
    draw(&cx, &Form::filled([("channel", Channel::Phone.code().to_owned())])).await
}

async fn draw(cx: &Cx, form: &Form) -> Result {
    let (all, held, names) = cx
        .read(|tx, by| {
            let all = store::resource::list(tx, by.district(), true)?;
            let held = store::resource::held(tx, by.district(), by.today())?;
            Ok((all, held, Names::load(tx, by, [])?))
        })
        .await?;
    let none = Held::new();
    let mut items = vec![(String::new(), cx.t("service-on-no-menu"))];
    for one in &all {
        let free = one.offer.free_days(cx.by.today(), held.get(&one.id).unwrap_or(&none));
        if let Some(first) = free.first() {
            let args = [("title", one.offer.title.clone()), ("day", day_words(cx, *first))];
            items.push((one.id.to_string(), cx.with("service-item-from", &args)));
        }
    }
    let reach = cx.by.actor.reach(rules::CHECKERS);
    let mine = |unit: &people::units::Unit| {
        matches!(unit.kind, UnitKind::Town | UnitKind::Community) && reach.includes(&unit.id)
    };
    let channels = [Channel::Phone, Channel::Counter].map(Channel::code);
    let mut groups = vec![(String::new(), cx.t("service-none-chosen"))];
    groups.extend(options(cx, "group-", Group::ALL.map(Group::code)));
    let body = New {
        cx,
        form,
        channels: options(cx, "service-channel-", channels),
        items,
        units: names.choices(cx, mine),
        parts: options(cx, "service-part-", DayPart::ALL.map(DayPart::code)),
        groups,
    };
    cx.page(desk(cx.t("service-enter")).of_form(form), body)
}

/// `POST /desk/orders/new`: shows number and code once, to be read out.
pub async fn create(cx: Cx, form: Form) -> Result {
    let unit = UnitId::from(form.text("unit"));
    let town = cx
        .read(move |tx, by| {
            let path = people::units::path(tx, by.district(), &unit, by.today())?;
            Ok(path.into_iter().find(|unit| unit.kind == UnitKind::Town).map(|town| town.id))
        })
        .await?;
    let entered = match read(&form, town) {
        Ok(entered) => cx.write(move |tx, by| community::enter(tx, by, &entered)).await,
        Err(refusal) => Err(refusal),
    };
    match entered {
        Ok(order) => {
            let code = contact::code_text(&contact::code(&cx.by, &order.id));
            cx.page(desk(cx.t("service-entered")), Done { cx: &cx, order: &order, code })
        }
        Err(refusal) => draw(&cx, &form.refused(refusal)?).await,
    }
}

pub(crate) fn read(form: &Form, town: Option<UnitId>) -> std::result::Result<Entered, Refusal> {
    let mut problems = Problems::new();
    let on = problems.take(form.day("on")).flatten();
    let n_heads = problems.take(form.count("heads")).flatten();
    let need = problems.take(form.optional("need", 500)).unwrap_or_default();
    problems.check()?;
    let want = Want {
        resource: Some(form.text("item")).filter(|id| !id.is_empty()).map(ResourceId::from),
        need,
        group: Group::parse(form.text("group")),
        town,
        community: Some(UnitId::from(form.text("unit"))),
        on,
        part: DayPart::parse(form.text("part")).unwrap_or_default(),
        n_heads,
        language: form.text("language").chars().take(20).collect(),
        ..Want::default()
    };
    Ok(Entered {
        channel: Channel::parse(form.text("channel")).unwrap_or(Channel::Phone),
        want,
        name: form.text("name").to_owned(),
        phone: form.text("phone").to_owned(),
        place: form.text("place").to_owned(),
    })
}
