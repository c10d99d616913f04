//! Correcting and publishing a draft.

use plan_doc::ItemKind;
use testkit::both;

use super::{Cast, STREAMS, TEXT, keys};
use crate::actions::items::{self, ItemForm, split_names};
use crate::actions::{names, plans, targets};
use crate::target::TargetState;
use crate::{Holder, PlanId, store};

fn form(cast: &Cast, db: &db::Db, plan: &PlanId, n: usize) -> ItemForm {
    let item = cast.content(db, plan).items.remove(n);
    let names = |leads: bool| -> Vec<String> {
        let of = item.duties.iter().filter(|duty| crate::item::leads(duty.role) == leads);
        of.map(|duty| duty.name.clone()).collect()
    };
    ItemForm {
        kind: item.kind,
        section: item.section.clone(),
        title: item.title.clone(),
        body: item.body.clone(),
        leads: names(true),
        supports: names(false),
    }
}

#[test]
fn nothing_is_published_while_a_name_means_nobody() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.upload(db, &TEXT.replace("区水务局", "区河长办")).unwrap();
        let to = id.clone();
        let refused = cast.act(db, move |tx, by| {
            items::settle_where(tx, by, &to, |_| true)?;
            let version = crate::actions::load(tx, by, &to)?.version;
            plans::publish(tx, by, &to, version)
        });
        assert_eq!(keys(&refused.unwrap_err()), ["plan-obstacles"]);
        let (to, water) = (id.clone(), cast.unit("water"));
        cast.act(db, move |tx, by| names::match_to(tx, by, &to, "区河长办", &water, true)).unwrap();
        cast.publish(db, &id);
        assert!(cast.plan(db, &id).is_published());
    });
}

#[test]
fn a_remembered_name_is_known_in_the_next_document() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.upload(db, &TEXT.replace("区水务局", "区河长办")).unwrap();
        let (to, water) = (id.clone(), cast.unit("water"));
        cast.act(db, move |tx, by| names::match_to(tx, by, &to, "区河长办", &water, true)).unwrap();
        cast.act(db, move |tx, by| plans::discard(tx, by, &id)).unwrap();
        let again = cast.upload(db, &TEXT.replace("区水务局", "区河长办")).unwrap();
        let open =
            cast.act(db, move |tx, by| Ok(store::unmatched_names(tx, by.district(), &again)?)).unwrap();
        assert_eq!(open, []);
    });
}

#[test]
fn a_collective_name_becomes_the_chosen_units_each_once() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.draft(db);
        let mut changed = form(&cast, db, &id, 4);
        changed.supports = vec!["各成员单位".into()];
        let (to, item) = (id.clone(), cast.content(db, &id).items.remove(4).id);
        let (lead, water) = (cast.unit("education"), cast.unit("water"));
        let chosen = [lead.clone(), water.clone()];
        cast.act(db, move |tx, by| {
            items::edit(tx, by, &to, &item, &changed)?;
            names::spread(tx, by, &to, "各成员单位", &chosen)
        })
        .unwrap();
        let item = cast.content(db, &id).items.remove(4);
        let named: Vec<_> = item.duties.iter().map(|duty| (duty.role.code(), duty.holder.clone())).collect();
        assert_eq!(named, [("lead", Holder::Unit(lead)), ("support", Holder::Unit(water))]);
    });
}

#[test]
fn an_item_corrected_in_its_duties_settles_what_was_doubted_in_it() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.draft(db);
        let mut changed = form(&cast, db, &id, 5);
        changed.title = "提高学校科学教育水平".into();
        changed.leads = vec!["区教育体育局".into(), "区科协".into()];
        changed.supports = vec!["没有登记的单位".into()];
        let (to, item) = (id.clone(), cast.content(db, &id).items.remove(5).id);
        cast.act(db, move |tx, by| items::edit(tx, by, &to, &item, &changed)).unwrap();
        let item = cast.content(db, &id).items.remove(5);
        let roles: Vec<&str> = item.duties.iter().map(|duty| duty.role.code()).collect();
        assert_eq!(roles, ["joint_lead", "joint_lead", "support"]);
        assert_eq!(item.duties[2].holder, Holder::Unmatched);
        let doubts = cast.content(db, &id).doubts;
        assert!(doubts.iter().all(|doubt| doubt.item != Some(item.id.clone()) || doubt.settled.is_some()));
    });
}

#[test]
fn items_are_split_joined_added_and_deleted_and_the_numbers_close_up() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.draft(db);
        let before = cast.content(db, &id);
        let item = before.items[8].clone();
        let words: String = item.body.chars().skip(item.body.chars().count() / 2).collect();
        let (to, of) = (id.clone(), item.id.clone());
        let new = cast.act(db, move |tx, by| items::split(tx, by, &to, &of, &words)).unwrap();
        let after = cast.content(db, &id);
        assert_eq!(after.items.len(), before.items.len() + 1);
        assert_eq!((after.items[9].id.clone(), after.items[9].n), (new.clone(), 10));
        assert_eq!(after.items[9].duties, item.duties);
        let to = id.clone();
        let joined = cast.act(db, move |tx, by| items::merge(tx, by, &to, &new)).unwrap();
        assert_eq!(joined, item.id);
        let (to, of) = (id.clone(), item.id);
        cast.act(db, move |tx, by| items::delete(tx, by, &to, &of)).unwrap();
        let numbers: Vec<i64> = cast.content(db, &id).items.iter().map(|item| item.n).collect();
        assert_eq!(numbers, (1..=41).collect::<Vec<i64>>());
        let mut added = form(&cast, db, &id, 0);
        added.kind = ItemKind::Measure;
        added.leads = vec!["区科协".into()];
        let to = id.clone();
        cast.act(db, move |tx, by| items::add(tx, by, &to, &added)).unwrap();
        assert_eq!(cast.content(db, &id).items.last().map(|item| item.n), Some(42));
    });
}

#[test]
fn words_that_do_not_stand_in_an_item_part_nothing() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.draft(db);
        let item = cast.content(db, &id).items.remove(8).id;
        for words in ["没有这样的话", " "] {
            let (to, of) = (id.clone(), item.clone());
            let refused = cast.act(db, move |tx, by| items::split(tx, by, &to, &of, words)).unwrap_err();
            assert_eq!(keys(&refused), ["plan-split-missing"]);
        }
    });
}

#[test]
fn a_published_plan_takes_no_correction_and_cannot_be_thrown_away() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.published(db);
        let changed = form(&cast, db, &id, 5);
        let (to, item) = (id.clone(), cast.content(db, &id).items.remove(5).id);
        let refused = cast.act(db, move |tx, by| items::edit(tx, by, &to, &item, &changed)).unwrap_err();
        assert_eq!(keys(&refused), ["plan-not-a-draft"]);
        let refused = cast.act(db, move |tx, by| plans::discard(tx, by, &id)).unwrap_err();
        assert_eq!(keys(&refused), ["plan-not-a-draft"]);
    });
}

#[test]
fn what_was_changed_since_it_was_looked_at_is_not_published() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.draft(db);
        let seen = cast.plan(db, &id).version;
        let changed = form(&cast, db, &id, 5);
        let (to, item) = (id.clone(), cast.content(db, &id).items.remove(5).id);
        cast.act(db, move |tx, by| items::edit(tx, by, &to, &item, &changed)).unwrap();
        let refused = cast.act(db, move |tx, by| plans::publish(tx, by, &id, seen)).unwrap_err();
        assert_eq!(keys(&refused), ["plan-changed-meanwhile"]);
    });
}

#[test]
fn a_corrected_target_has_to_be_confirmed_anew() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = cast.draft(db);
        let to = id.clone();
        cast.act(db, move |tx, by| targets::confirm_all(tx, by, &to)).unwrap();
        let target = cast.content(db, &id).targets.remove(3);
        assert!(matches!(target.state, TargetState::Confirmed { .. }));
        let mut promise = target.promise.clone();
        promise.value = Some(600.into());
        let (to, of, item) = (id.clone(), target.id.clone(), target.item.clone());
        cast.act(db, move |tx, by| targets::edit(tx, by, &to, &of, item.clone(), promise.clone())).unwrap();
        let target = cast.content(db, &id).targets.remove(3);
        assert_eq!((target.state, target.promise.value), (TargetState::Proposed, Some(600.into())));
    });
}

#[test]
fn names_are_parted_as_people_type_them() {
    assert_eq!(split_names("区科协、 区妇联\n团区委，区科协;;"), ["区科协", "区妇联", "团区委"]);
    assert_eq!(split_names(" \n"), Vec::<String>::new());
}
