//! Background jobs that were given up, on the page of settings and on Today.

use std::sync::Arc;

use db::Db;
use jobs::{Failure, Job, JobContext, Kind, Module, Worker};
use kernel::{Clock, SeededRng};
use serde::{Deserialize, Serialize};
use testkit::both;

use super::{STREAMS, Town};

/// A job that can never go well.
#[derive(Serialize, Deserialize)]
struct Hopeless;

impl Job for Hopeless {
    const NAME: &'static str = "people.hopeless";
    const DEDUPLICATED: bool = true;

    fn run(&self, _: &JobContext) -> Result<(), Failure> {
        Err(Failure::Never("磁盘上没有这份文件".into()))
    }
}

/// Has the job given up once.
fn given_up(db: &Db, town: &Town) {
    town.cast.act(db, |tx, by| jobs::enqueue(tx, by, &Hopeless).map(|_| ())).unwrap();
    let modules = vec![Module { jobs: vec![Kind::of::<Hopeless>()], schedule: Vec::new() }];
    let clock: Arc<dyn Clock> = town.site.clock.clone();
    let rng = Arc::new(SeededRng::new(8));
    Worker::new(db.clone(), modules, clock, rng, Arc::new(kernel::Unsealed)).run_due().unwrap();
}

#[test]
fn an_administrator_sees_what_was_given_up_why_and_lets_it_run_again() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        boss.get("/desk/settings").is(200).shows("没有失败的后台任务");
        boss.get("/desk").is(200).hides("后台任务没有做成");
        given_up(db, &town);
        boss.get("/desk").is(200).shows("1 件后台任务没有做成");
        town.site.signed_in("kexie").get("/desk").is(200).hides("后台任务没有做成");
        let page = boss.get("/desk/settings");
        page.is(200).shows("磁盘上没有这份文件").shows("重做一次").shows("people.hopeless");
        let start = page.text.find("/desk/settings/jobs/").unwrap();
        let retry = page.text[start..].split('"').next().unwrap().to_owned();
        town.site.signed_in("kexie").get("/desk").is(200);
        let mut other = town.site.signed_in("kexie");
        other.get("/desk");
        other.post(&retry, &[]).is(403);
        boss.post(&retry, &[]).is(303);
        boss.get("/desk/settings").is(200).hides("磁盘上没有这份文件");
        boss.get("/desk/audit?action=people.job.run-again").is(200).shows("让停下的后台任务重做");
        // Somebody else was quicker: there is no such dead job any more.
        boss.post(&retry, &[]).is(404);
    });
}

#[test]
fn a_job_whose_equal_waits_already_leaves_the_work_to_that_one() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        given_up(db, &town);
        town.cast.act(db, |tx, by| jobs::enqueue(tx, by, &Hopeless).map(|_| ())).unwrap();
        let id = town.cast.act(db, |tx, by| Ok(jobs::dead(tx, by.district())?.remove(0).id)).unwrap();
        let again = id.clone();
        town.cast.act(db, move |tx, by| crate::background::run_again(tx, by, &again)).unwrap();
        let found = town.cast.act(db, move |tx, by| jobs::find(tx, by.district(), &id)).unwrap().unwrap();
        assert_eq!(found.state, jobs::State::Done);
        assert_eq!(town.cast.act(db, |tx, by| Ok(jobs::dead(tx, by.district())?.len())).unwrap(), 0);
    });
}
