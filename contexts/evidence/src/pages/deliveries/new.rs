//! Recording a delivery.

use web::{Cx, Form};

use super::form;
use crate::actions;

/// `GET /desk/deliveries/new`
pub async fn show(cx: Cx) -> web::Result {
    let names = cx.read(form::names).await?;
    let units = cx.by.actor.units();
    // today, and the town in which the account's unit lies
    let today = cx.by.today();
    let mut fresh = Form::new().and("on", today.to_string());
    if let Some(town) = units.iter().find_map(|unit| names.town_of(unit)) {
        fresh = fresh.and("town", town.as_str());
    }
    if let Some(host) = units.iter().find(|unit| names.records.includes(unit)) {
        fresh = fresh.and("host", host.as_str());
    }
    form::draw(&cx, &fresh, &names, None)
}

/// `POST /desk/deliveries`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let done = async {
        // what was typed is read first, so that a person sees all that is wrong with it at once
        let mut new = form::read(&form, Vec::new())?;
        new.photos = crate::pages::photos(&cx, &form).await?;
        cx.submit(&form, move |tx, by| {
            Ok(format!("/desk/deliveries/{}", actions::delivery::record(tx, by, &new)?))
        })
        .await
    };
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let form = form.refused(refusal)?;
            let names = cx.read(form::names).await?;
            form::draw(&cx, &form, &names, None)
        }
    }
}
