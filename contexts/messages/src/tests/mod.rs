//! The tests of the context on both databases, and their small cast.

mod guests;
mod mail;
mod pages;
mod provider;
mod secrets;
mod sending;
mod ssrf;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use db::{Db, Stream, Tx};
use jobs::outbox::{self, Message, MessageKind, Sending, SendingFilter};
use kernel::{AccountId, Actor, Caller, FixedClock, Refusal, Role, SeededRng};
use people::accounts::{self, NewAccount, PasswordHash};
use people::setup::{Founded, NewDistrict};
use web::Locale;

use crate::{Carriers, Channel, Given, Outward, Values, Wish};

static SEED: AtomicU64 = AtomicU64::new(0);

/// The tables under test.
const STREAMS: &[Stream] = &[web::STREAM, jobs::STREAM, people::STREAM, crate::STREAM];
/// The password of everybody.
const PASSWORD: &str = "four plain words here";
/// What is told at noon, unless the clock was moved.
const TRIED: MessageKind = MessageKind { name: "messages.trial", urgent: false };

/// A founded district with two people, and a clock that the test moves.
struct Town {
    db: Db,
    clock: Arc<FixedClock>,
    founded: Founded,
    /// The administrator.
    admin: Caller,
    /// An editor.
    li: AccountId,
}

fn caller(db: &Db, clock: &Arc<FixedClock>, founded: &Founded, account: &AccountId, seed: u64) -> Caller {
    let (district, account, day) =
        (founded.district.clone(), account.clone(), kernel::Clock::today(&**clock));
    let actor = db.read_now(move |tx| Ok(accounts::actor(tx, &district, &account, day)?)).unwrap().unwrap();
    Caller {
        actor,
        clock: clock.clone(),
        rng: Arc::new(SeededRng::new(seed)),
        seal: Arc::new(kernel::Unsealed),
        address: String::new(),
    }
}

impl Town {
    fn of(db: &Db) -> Self {
        let clock = Arc::new(FixedClock::at("2025-09-01"));
        let nobody = Caller { clock: clock.clone(), ..Caller::fixed(Actor::public("".into()), "2025-09-01") };
        let password: PasswordHash = accounts::hash(PASSWORD, &SeededRng::new(5)).unwrap();
        let of = password.clone();
        let founded = db
            .write_now(move |tx| {
                let new = NewDistrict {
                    name: "麒麟区".into(),
                    code: "530302".into(),
                    is_demo: false,
                    login: "admin".into(),
                    person: "管理员甲".into(),
                    password: of.clone(),
                };
                people::setup::found(tx, &nobody, new)
            })
            .unwrap();
        let admin = caller(db, &clock, &founded, &founded.administrator, 2);
        let (by, root) = (admin.clone(), founded.root.clone());
        let li = db
            .write_now(move |tx| {
                let new = NewAccount {
                    login: "li".into(),
                    name: "李老师".into(),
                    unit: Some(root.clone()),
                    password: password.clone(),
                    must_change_password: false,
                    roles: vec![(Role::Editor, root.clone())],
                };
                accounts::create(tx, &by, new)
            })
            .unwrap();
        Self { db: db.clone(), clock, founded, admin, li }
    }

    /// The editor as they act.
    fn li(&self) -> Caller {
        caller(&self.db, &self.clock, &self.founded, &self.li, 3)
    }

    fn act<T: Send + 'static>(
        &self,
        by: &Caller,
        f: impl Fn(&mut Tx<'_>, &Caller) -> Result<T, Refusal> + Send + Sync + 'static,
    ) -> Result<T, Refusal> {
        let by = by.clone();
        self.db.write_now(move |tx| f(tx, &by))
    }

    /// Sets a channel and turns it on.
    fn set(&self, channel: Channel, values: &[(&str, &str)]) {
        let values: Values =
            values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.act(&self.admin, move |tx, by| {
            let seen = crate::find(tx, by, channel)?.version;
            let values = values.clone();
            let given = Given { channel, is_on: true, only_urgent: false, values, forget: false, seen };
            crate::set(tx, by, &given)
        })
        .unwrap();
    }

    /// Li wants to be reached by a channel.
    fn consent(&self, channel: Channel, address: &str) {
        let address = address.to_owned();
        self.act(&self.li(), move |tx, by| {
            let wish = Wish { channel, wanted: true, address: address.clone() };
            crate::choose(tx, by, &[wish], Locale::Zh)
        })
        .unwrap();
    }

    fn tell(&self, kind: MessageKind, key: &str) {
        let message = Message {
            kind,
            key: key.to_owned(),
            args: vec![("by", "甲".to_owned())],
            href: "/desk/inbox".to_owned(),
            to: BTreeSet::from([self.li.clone()]),
        };
        self.act(&self.admin, move |tx, by| outbox::tell(tx, by, &message)).unwrap().unwrap();
    }

    /// Runs what is due, with an outward that allows `allowed`.
    fn run(&self, allowed: &str) -> usize {
        self.run_with(Outward::allowing(allowed).unwrap())
    }

    fn run_with(&self, outward: Outward) -> usize {
        worker(&self.db, &self.clock, outward).run_due().unwrap()
    }

    fn sendings(&self) -> Vec<Sending> {
        let district = self.founded.district.clone();
        let all = self
            .db
            .read_now(move |tx| outbox::list_sendings(tx, &district, &SendingFilter::default(), (500, 0)));
        all.unwrap()
    }
}

fn carriers(outward: Outward) -> Carriers {
    let words = crate::module().words;
    Carriers::new(outward, words, "https://kepu.example.cn").unwrap()
}

fn worker(db: &Db, clock: &Arc<FixedClock>, outward: Outward) -> jobs::Worker {
    // Of one seed and one moment, two workers would draw the same ids.
    let seed = 1_000 + SEED.fetch_add(1, Ordering::SeqCst);
    let (rng, seal) = (Arc::new(SeededRng::new(seed)), Arc::new(kernel::Unsealed));
    jobs::Worker::new(db.clone(), vec![crate::jobs()], clock.clone(), rng, seal)
        .with(Arc::new(carriers(outward)))
}

fn both(test: impl Fn(&Town)) {
    testkit::both(STREAMS, |db| test(&Town::of(db)));
}
