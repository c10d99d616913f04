//! The planned deliveries, played through in order of time.

use std::collections::{BTreeMap, BTreeSet};

use evidence::actions::delivery;
use evidence::{DeliveryId, Details, NewDelivery, Photo, PurposeId};
use kernel::{Refusal, UnitId};

use super::closes::Closes;
use super::generate::{Fate, Planned};
use super::photos;
use super::stage::Stage;
use super::timeline::{Act, What};
use super::{Part, Progress, fault};

/// Steps between two words on the terminal.
const STRIDE: usize = 500;
/// Every so many deliveries has a photo.
const PHOTO_EVERY: usize = 60;

/// Photos by the place of the delivery in the list.
pub type Photos = BTreeMap<usize, Photo>;

/// Draws the photos: of every sixtieth delivery and of all that are still open near the end, where
/// two bear the same file, so that a verifier sees what that looks like.
///
/// # Errors
/// What the encoder says.
pub fn photos(planned: &[Planned]) -> Result<Photos, String> {
    let mut photos = Photos::new();
    let mut twin: Option<Photo> = None;
    for (at, one) in planned.iter().enumerate() {
        let waits = one.fate == Fate::Submitted;
        if at % PHOTO_EVERY != 0 && !(waits && at % 4 == 0) {
            continue;
        }
        let photo = match twin.take_if(|_| waits) {
            Some(photo) => photo,
            None => photo(at, one)?,
        };
        if waits && photos.values().all(|other: &Photo| other.sha256 != photo.sha256) && !had_twin(&photos) {
            twin = Some(photo.clone());
        }
        photos.insert(at, photo);
    }
    Ok(photos)
}

fn had_twin(photos: &Photos) -> bool {
    let distinct: BTreeSet<&str> = photos.values().map(|photo| photo.sha256.as_str()).collect();
    distinct.len() < photos.len()
}

fn photo(at: usize, planned: &Planned) -> Result<Photo, String> {
    let bytes = photos::jpeg(u64::try_from(at).unwrap_or(0))?;
    let mut photo = evidence::examine_photo(&bytes).map_err(|problem| problem.key.to_owned())?;
    photo.taken_on = Some(planned.on);
    Ok(photo)
}

/// The purposes by title.
pub fn purposes(stage: &mut Stage<'_, '_>) -> Result<BTreeMap<String, PurposeId>, Refusal> {
    let on = stage.prepared.tables.units.first().map(|root| root.valid_from);
    let by = stage.coordinator(on.ok_or_else(|| fault("units.csv: empty"))?.at(9, 0))?;
    let all = evidence::purposes::list(stage.tx, by.district())?;
    Ok(all.into_iter().map(|purpose| (purpose.title, purpose.id)).collect())
}

/// Takes all steps.
pub fn load(stage: &mut Stage<'_, '_>, progress: &Progress) -> Result<(), Refusal> {
    let purposes = purposes(stage)?;
    let acts = &stage.prepared.acts;
    // What was recorded, with the version that it has now.
    let mut recorded: BTreeMap<usize, (DeliveryId, i64)> = BTreeMap::new();
    let mut closes = Closes::after(stage, acts.first().map(|act| act.at));
    for (n, act) in acts.iter().enumerate() {
        if n % STRIDE == 0 {
            progress(Part::Deliveries, n, acts.len());
        }
        closes.until(stage, act.at)?;
        take(stage, act, &purposes, &mut recorded)?;
    }
    progress(Part::Deliveries, acts.len(), acts.len());
    Ok(())
}

fn take(
    stage: &mut Stage<'_, '_>,
    act: &Act,
    purposes: &BTreeMap<String, PurposeId>,
    recorded: &mut BTreeMap<usize, (DeliveryId, i64)>,
) -> Result<(), Refusal> {
    let by = stage.by(&act.by, act.at)?;
    if let What::Record { submit } = act.what {
        let planned = stage.prepared.planned.get(act.of).ok_or_else(|| fault("a step of no delivery"))?;
        let new = NewDelivery {
            client_key: String::new(),
            details: details(stage, planned, purposes)?,
            persons: planned.persons.clone(),
            photos: stage.prepared.photos.get(&act.of).cloned().into_iter().collect(),
            submit,
        };
        let id = delivery::record(stage.tx, &by, &new)?;
        evidence::store::delivery::mark_demo(stage.tx, by.district(), &id)?;
        recorded.insert(act.of, (id, 1));
        return Ok(());
    }
    let (id, version) = recorded.get_mut(&act.of).ok_or_else(|| fault("a step before the first"))?;
    let seen = (&*id, *version);
    match &act.what {
        What::Record { .. } => {}
        What::SendBack(reason) => delivery::send_back(stage.tx, &by, seen, reason)?,
        What::Verify => delivery::verify(stage.tx, &by, seen)?,
        What::Withdraw(reason) => delivery::withdraw(stage.tx, &by, seen, reason)?,
    }
    *version += 1;
    Ok(())
}

fn details(
    stage: &Stage<'_, '_>,
    planned: &Planned,
    purposes: &BTreeMap<String, PurposeId>,
) -> Result<Details, Refusal> {
    let units = |keys: &BTreeSet<String>| {
        keys.iter().map(|key| stage.unit(key)).collect::<Result<BTreeSet<UnitId>, _>>()
    };
    let purpose =
        |title: &String| purposes.get(title).cloned().ok_or_else(|| fault(format!("no measure {title}")));
    Ok(Details {
        kind: planned.kind,
        topic: planned.topic.clone(),
        title: planned.title.clone(),
        on: planned.on,
        start: Some(planned.start),
        minutes: planned.minutes,
        venue: planned.venue.clone(),
        town: stage.unit(&planned.town)?,
        place: planned.place.as_deref().map(|key| stage.unit(key)).transpose()?,
        host: stage.unit(&planned.host)?,
        co_hosts: units(&planned.co_hosts)?,
        supporters: units(&planned.supporters)?,
        heads: planned.heads.clone(),
        method: planned.method,
        purposes: planned.measures.iter().map(purpose).collect::<Result<_, _>>()?,
        deliverers: Vec::new(),
        works: String::new(),
        note: String::new(),
    })
}
