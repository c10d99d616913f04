//! Editing a draft or a returned delivery.

use axum::extract::Path;
use kernel::Refusal;
use web::{Cx, Form};

use super::form;
use crate::{DeliveryId, Step, actions, rules};

/// `GET /desk/deliveries/{id}/edit`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    let id = DeliveryId::from(id);
    let (delivery, names) = cx
        .read(move |tx, by| {
            let delivery = actions::delivery::find(tx, by, &id)?;
            if !rules::may(&by.actor, &delivery, Step::Edit) {
                return Err(Refusal::Forbidden);
            }
            // says why, when it can be edited no longer
            let delivery = delivery.clone().edit(delivery.details)?;
            Ok((delivery, form::names(tx, by)?))
        })
        .await?;
    form::draw(&cx, &form::filled(&delivery), &names, Some(&delivery))
}

/// `POST /desk/deliveries/{id}/edit`
pub async fn save(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = DeliveryId::from(id);
    let (edited, version) = (id.clone(), crate::pages::seen(&form));
    let done = async {
        let mut change = form::read(&form, Vec::new())?;
        change.photos = crate::pages::photos(&cx, &form).await?;
        cx.submit(&form, move |tx, by| {
            actions::delivery::edit(tx, by, (&edited, version), &change)?;
            Ok(format!("/desk/deliveries/{edited}"))
        })
        .await
    };
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let form = form.refused(refusal)?;
            let (delivery, names) = cx
                .read(move |tx, by| Ok((actions::delivery::find(tx, by, &id)?, form::names(tx, by)?)))
                .await?;
            form::draw(&cx, &form, &names, Some(&delivery))
        }
    }
}
