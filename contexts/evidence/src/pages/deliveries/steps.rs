//! The steps of a delivery's life, taken from its record page.

use axum::extract::Path;
use db::Tx;
use kernel::{Caller, Refusal};
use web::{Cx, Form};

use super::show;
use crate::{DeliveryId, actions::delivery};

/// `POST /desk/deliveries/{id}/submission`
pub async fn submit(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, |tx, by, at, _| delivery::submit(tx, by, at)).await
}

/// `POST /desk/deliveries/{id}/verification`
pub async fn verify(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, delivery::verify_late).await
}

/// `POST /desk/deliveries/{id}/return`
pub async fn send_back(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, delivery::send_back).await
}

/// `POST /desk/deliveries/{id}/withdrawal`
pub async fn withdraw(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    step(cx, id, form, delivery::withdraw).await
}

/// A step of a delivery: at which version, with which reason.
type Take = fn(&mut Tx<'_>, &Caller, (&DeliveryId, i64), &str) -> Result<(), Refusal>;

/// Takes a step and goes back to the record page; refused, the page shows why.
async fn step(cx: Cx, id: String, form: Form, take: Take) -> web::Result {
    let id = DeliveryId::from(id);
    let (taken, version, reason) = (id.clone(), crate::pages::seen(&form), form.text("reason").to_owned());
    let done = cx
        .submit(&form, move |tx, by| {
            take(tx, by, (&taken, version), &reason)?;
            Ok(format!("/desk/deliveries/{taken}"))
        })
        .await;
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => show::draw(&cx, id, form.refused(refusal)?).await,
    }
}
