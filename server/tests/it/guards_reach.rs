//! Whose records a route shows: every route with a record in its address, every list, asked by people
//! of one's own unit and of another, on both databases. What a person does not reach is not found,
//! stands in no list, no export and no link, and cannot be changed.

use std::collections::{BTreeMap, BTreeSet};

use db::{Db, Target};
use http::Method;
use kernel::{Actor, Permission, Reach, Role};
use testkit::{Client, fresh_postgres};

use crate::at_work::AtWork;
use crate::site::{forms, kind, links};

/// Who sees what stands behind an address.
enum Whose {
    /// Whoever the route lets in sees the same.
    Everybodys,
    /// Records of units: a query for `path`, the address of a record, and `unit`, a unit whose people
    /// see it, in a line for each such unit.
    OfUnits(&'static str),
    /// As those; who only looks, at the whole district too, sees what lies below their unit today.
    OfUnitsToday(&'static str),
    /// As the first; those with an empty `unit` are seen by nobody but those who keep the plan.
    OfKeepersFirst(&'static str),
}
use Whose::{Everybodys, OfKeepersFirst, OfUnits, OfUnitsToday};

/// Every address with a parameter, by its beginning. A new one has to say whose its records are.
const RECORDS: &[(&str, Whose)] = &[
    (
        "/desk/deliveries/{id}",
        OfUnits(
            "select '/desk/deliveries/' || id as path, host_id as unit from evidence_delivery
             union select '/desk/deliveries/' || id, town_id from evidence_delivery
             union select '/desk/deliveries/' || delivery_id, key from evidence_delivery_link
             where kind in ('organiser', 'supporter')",
        ),
    ),
    (
        "/desk/entries/{id}",
        OfUnits(
            "select '/desk/entries/' || id as path, unit_id as unit from evidence_entry
             union select '/desk/entries/' || id, town_id from evidence_entry where town_id is not null",
        ),
    ),
    (
        "/desk/attestations/{id}",
        OfUnits("select '/desk/attestations/' || id as path, unit_id as unit from evidence_attestation"),
    ),
    (
        "/desk/proofs/{id}",
        OfUnits(
            "select '/desk/proofs/' || p.id as path, d.host_id as unit from evidence_proof p
             join evidence_delivery d on d.district_id = p.district_id and d.id = p.subject_id
             union select '/desk/proofs/' || p.id, d.town_id from evidence_proof p
             join evidence_delivery d on d.district_id = p.district_id and d.id = p.subject_id
             union select '/desk/proofs/' || p.id, l.key from evidence_proof p
             join evidence_delivery_link l on l.district_id = p.district_id and l.delivery_id = p.subject_id
             where l.kind in ('organiser', 'supporter')
             union select '/desk/proofs/' || p.id, e.unit_id from evidence_proof p
             join evidence_entry e on e.district_id = p.district_id and e.id = p.subject_id
             union select '/desk/proofs/' || p.id, e.town_id from evidence_proof p
             join evidence_entry e on e.district_id = p.district_id and e.id = p.subject_id
             where e.town_id is not null
             union select '/desk/proofs/' || p.id, a.unit_id from evidence_proof p
             join evidence_attestation a on a.district_id = p.district_id and a.id = p.subject_id",
        ),
    ),
    ("/desk/units/{id}", OfUnitsToday("select '/desk/units/' || id as path, id as unit from unit")),
    (
        "/desk/plan/years/{year}/units/{unit}",
        OfUnits(
            "select '/desk/plan/years/2025/units/' || id as path, id as unit from unit where kind = 'department'",
        ),
    ),
    (
        "/desk/callbacks/{id}",
        OfUnits(
            "select '/desk/callbacks/' || id as path, caller_unit_id as unit from evidence_callback
             where caller_unit_id is not null",
        ),
    ),
    ("/desk/figures/{id}", Everybodys),
    ("/desk/closes/{period}", Everybodys),
    ("/desk/indicators/{id}", Everybodys),
    ("/desk/rules/{id}", Everybodys),
    (
        "/desk/plan/supervision/{id}",
        OfUnitsToday("select '/desk/plan/supervision/' || id as path, unit_id as unit from supervision"),
    ),
    (
        "/desk/plan/proofs/{id}",
        OfUnitsToday(
            "select '/desk/plan/proofs/' || p.id as path, s.unit_id as unit from plan_proof p
             join supervision s on s.district_id = p.district_id and s.id = p.subject_id",
        ),
    ),
    ("/desk/people/{id}", Everybodys),
    // Of one person each, and of nobody's unit: `messages` tests that nobody opens another's.
    ("/desk/inbox/{id}/reading", Everybodys),
    ("/desk/settings/channels/{channel}", Everybodys),
    ("/desk/plan/documents/{id}", Everybodys),
    ("/desk/plan/items/{n}", Everybodys),
    ("/desk/plan/targets/{id}", Everybodys),
    (
        "/desk/plan/inspections/{id}",
        OfUnitsToday("select '/desk/plan/inspections/' || id as path, unit_id as unit from inspection"),
    ),
    ("/desk/plan/checklists/{id}", Everybodys),
    ("/desk/plan/units/{unit}", Everybodys),
    ("/desk/plan/versions/{id}", Everybodys),
    ("/desk/settings/jobs/{id}/retries", Everybodys),
    (
        "/desk/plan/letters/{id}",
        OfKeepersFirst(
            "select '/desk/plan/letters/' || id as path, case when state = 'draft' then '' else unit_id end as unit
             from plan_letter",
        ),
    ),
    ("/desk/plan/reports/{code}", Everybodys),
    ("/r/{code}", Everybodys),
    (
        "/desk/orders/{id}",
        OfUnitsToday("select '/desk/orders/' || order_id as path, unit_id as unit from service_party"),
    ),
    ("/desk/resources/{id}", Everybodys),
    (
        "/desk/teams/{unit}",
        OfUnitsToday("select '/desk/teams/' || id as path, id as unit from unit where kind = 'team'"),
    ),
    (
        "/desk/volunteers/{id}",
        OfUnitsToday("select '/desk/volunteers/' || id as path, unit_id as unit from service_person"),
    ),
    ("/service/{id}", Everybodys),
    ("/order/{key}", Everybodys),
    ("/orders/{number}", Everybodys),
    (
        "/desk/orders/{id}/door",
        OfUnitsToday("select '/desk/orders/' || order_id || '/door' as path, unit_id as unit from service_party"),
    ),
    (
        "/api/v1/orders/{id}",
        OfUnitsToday("select '/api/v1/orders/' || order_id as path, unit_id as unit from service_party"),
    ),
    // Without anything of a person: `service` tests what they tell.
    ("/open311/v2/services/{code}", Everybodys),
    ("/open311/v2/requests/{number}", Everybodys),
    ("/calendars/{token}", Everybodys),
    ("/desk/settings/keys/{id}", Everybodys),
    ("/desk/workdays/{year}", Everybodys),
    ("/plan/items/{n}", Everybodys),
    ("/open/{table}", Everybodys),
];

/// Addresses without a parameter that list records of units: what they lead to, and whether every
/// record that a person reaches stands there.
const LISTS: &[(&str, &str, bool)] = &[
    ("/desk/deliveries", "/desk/deliveries/{id}", true),
    ("/desk/entries", "/desk/entries/{id}", true),
    ("/desk/attestations", "/desk/attestations/{id}", true),
    ("/desk/units", "/desk/units/{id}", false),
    ("/desk/plan/supervision", "/desk/plan/supervision/{id}", true),
    ("/desk/plan/inspections", "/desk/plan/inspections/{id}", true),
    ("/desk/orders", "/desk/orders/{id}", true),
    ("/desk/teams", "/desk/teams/{unit}", true),
    ("/desk/plan/letters", "/desk/plan/letters/{id}", true),
];

/// Somebody who looks.
struct Eye {
    login: &'static str,
    actor: Actor,
    client: Client,
}

/// An editor and a verifier of one bureau, an editor of another, a worker of a community, one who only
/// looks, and those who run the district.
const EYES: [&str; 7] = ["weijian-1", "weijian-2", "jiaoti-1", "sq-nanning-1", "leader", "kexie", "admin"];

fn eyes(district: &AtWork) -> Vec<Eye> {
    let eye = |login: &'static str| {
        let actor = district.db.read_now(move |tx| {
            let of = people::district(tx)?.unwrap().id;
            let account = people::accounts::find_by_login(tx, &of, login)?.unwrap();
            Ok(people::accounts::actor(tx, &of, &account.id, kernel::Day::new(2025, 12, 30).unwrap())?
                .unwrap())
        });
        Eye { login, actor: actor.unwrap(), client: district.signed_in(login) }
    };
    EYES.into_iter().map(eye).collect()
}

impl Eye {
    fn sees(&self, units: &BTreeSet<String>, whose: &Whose) -> bool {
        if matches!(whose, OfKeepersFirst(_)) && units.contains("") {
            return self.actor.has(Role::Administrator) || self.actor.has(Role::Coordinator);
        }
        if self.actor.has(Role::Viewer) && !matches!(whose, OfUnitsToday(_)) {
            return true;
        }
        match self.actor.reach(&Role::ALL) {
            Reach::All => true,
            Reach::Units(own) => own.iter().any(|unit| units.contains(unit.as_str())),
        }
    }

    fn is_let_in(&self, permission: Permission) -> bool {
        self.actor.may(permission)
    }
}

/// Each record's address with the units whose people see it.
type Records = BTreeMap<String, BTreeSet<String>>;

fn records(db: &Db, sql: &'static str) -> Records {
    let rows = db.read_now(move |tx| {
        let rows = tx.query(sql, &[])?;
        rows.iter()
            .map(|row| Ok((row.get("path")?, row.get("unit")?)))
            .collect::<Result<Vec<(String, String)>, _>>()
    });
    let mut all = Records::new();
    for (path, unit) in rows.unwrap() {
        all.entry(path).or_default().insert(unit);
    }
    all
}

/// The row of an address with a parameter, by the longest beginning that fits.
fn row(pattern: &str) -> Option<&'static (&'static str, Whose)> {
    let fits = |(of, _): &&'static (&'static str, Whose)| {
        pattern.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    RECORDS.iter().filter(fits).max_by_key(|(of, _)| of.len())
}

#[test]
fn every_address_with_a_parameter_says_whose_its_records_are() {
    let town = crate::support::Town::new();
    let all = town.app.routes().iter().filter(|route| route.path.contains('{'));
    let unsaid: BTreeSet<&str> = all.map(|route| route.path).filter(|path| row(path).is_none()).collect();
    assert!(unsaid.is_empty(), "say in RECORDS of guards_reach.rs who sees the records of {unsaid:#?}");
}

/// What the routes below an address answer to somebody who does not reach its record.
fn ask_for_anothers(district: &AtWork, eye: &mut Eye, (of, path): (&str, &str), wrong: &mut Vec<String>) {
    let sent = [("version", "1"), ("reason", "不是我的"), ("unit", "x"), ("name", "x"), ("role", "editor")];
    let below = district.app.routes().iter().filter(|route| row(route.path).is_some_and(|row| row.0 == of));
    for route in below {
        let rest = route.path.strip_prefix(of).unwrap().replace("{step}", "rename");
        let address = format!("{path}{rest}");
        let status = if route.method == Method::GET {
            eye.client.get(&address).status.as_u16()
        } else {
            eye.client.post(&address, &sent).status.as_u16()
        };
        let right = if eye.is_let_in(route.permission) { 404 } else { 403 };
        if status != right {
            wrong.push(format!("{} {address} as {}: {status}, not {right}", route.method, eye.login));
        }
    }
}

/// Asks for some records within and out of reach; counts those that are, and were asked for.
fn ask(
    district: &AtWork,
    eye: &mut Eye,
    (of, records, most, whose): (&str, &Records, usize, &Whose),
    wrong: &mut Vec<String>,
) -> (usize, usize) {
    eye.client.get("/desk").is(200);
    let (own, others): (Vec<_>, Vec<_>) = records.iter().partition(|(_, units)| eye.sees(units, whose));
    let show = district.app.routes().iter().find(|route| route.method == Method::GET && route.path == of);
    let let_in = show.is_some_and(|route| eye.is_let_in(route.permission));
    let some = |all: &[(&String, &BTreeSet<String>)]| -> Vec<String> {
        all.iter().step_by(all.len().div_ceil(most).max(1)).map(|(path, _)| (*path).clone()).collect()
    };
    for path in some(&own) {
        let status = eye.client.get(&path).status.as_u16();
        if status != if let_in { 200 } else { 403 } {
            wrong.push(format!("GET {path} as {}, within reach: {status}", eye.login));
        }
    }
    let unreached = some(&others);
    for path in &unreached {
        ask_for_anothers(district, eye, (of, path), wrong);
    }
    (own.len(), unreached.len())
}

/// Every address of a kind that a list links to, on all its pages.
fn listed(client: &mut Client, list: &str, of: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for page in 1.. {
        let answer = client.get(&format!("{list}?page={page}"));
        answer.is(200);
        let main = answer.text.split("<main").nth(1).unwrap_or_default();
        let here = testkit::Answer { text: main.to_owned(), ..answer };
        let before = all.len();
        let found = links(&here).into_iter().map(|link| link.split('?').next().unwrap().to_owned());
        all.extend(found.filter(|link| is_record(link, of)));
        if all.len() == before {
            return all;
        }
    }
    all
}

/// Whether an address is that of a record of the pattern, and not of a form beside it.
fn is_record(link: &str, of: &str) -> bool {
    let shape = kind(link, &[of]).0 == of;
    shape && link.rsplit('/').next().is_some_and(|id| id.len() == 26)
}

/// `most`: of each kind, within reach and out of it, so many records are asked for.
fn nobody_reaches_the_records_of_others(target: &Target, most: usize) {
    let district = AtWork::at(target);
    let mut eyes = eyes(&district);
    let mut wrong = Vec::new();
    let state = |db: &Db| {
        let sql = "select id, state, version from evidence_delivery union all
             select id, state, version from evidence_entry union all
             select id, state, version from evidence_attestation order by id";
        let rows = db.read_now(move |tx| {
            let rows = tx.query(sql, &[])?;
            let of = |row: &db::Row| Ok((row.get("id")?, row.get("state")?, row.get("version")?));
            rows.iter().map(of).collect::<Result<Vec<(String, String, i64)>, db::Error>>().map_err(Into::into)
        });
        rows.unwrap()
    };
    let before = state(&district.db);
    for (of, whose) in RECORDS {
        let (OfUnits(sql) | OfUnitsToday(sql) | OfKeepersFirst(sql)) = whose else { continue };
        let records = records(&district.db, sql);
        assert!(!records.is_empty(), "there is no record of {of}");
        let kept = records.values().filter(|units| units.contains("")).count();
        assert_eq!(kept > 0, matches!(whose, OfKeepersFirst(_)), "{of}: {kept} are kept back");
        let (mut own, mut others) = (0, 0);
        for eye in &mut eyes {
            let (seen, unseen) = ask(&district, eye, (of, &records, most, whose), &mut wrong);
            own += seen;
            others += unseen;
        }
        assert!(own > 0 && others > 0, "{of}: {own} within reach, {others} out of reach");
        for (list, _, whole) in LISTS.iter().filter(|(_, leads_to, _)| leads_to == of) {
            for eye in &mut eyes {
                let shown = listed(&mut eye.client, list, of);
                let right: BTreeSet<String> = records
                    .iter()
                    .filter(|(_, units)| eye.sees(units, whose))
                    .map(|(path, _)| path.clone())
                    .collect();
                wrong.extend(
                    shown.difference(&right).map(|path| format!("{list} shows {path} to {}", eye.login)),
                );
                if *whole {
                    wrong.extend(
                        right
                            .difference(&shown)
                            .map(|path| format!("{list} hides {path} from {}", eye.login)),
                    );
                }
                let lines = eye.client.get(&format!("{list}?format=csv"));
                let n = lines.is(200).text.trim_end().lines().count() - 1;
                assert!(
                    !whole || n == right.len(),
                    "{list} as CSV for {}: {n}, not {}",
                    eye.login,
                    right.len()
                );
            }
        }
    }
    let all = district.patterns();
    for eye in eyes.iter_mut().filter(|eye| !eye.sees(&BTreeSet::new(), &Everybodys)) {
        follow_every_link(eye, &all, &mut wrong);
    }
    assert_eq!(before, state(&district.db), "something of another's was changed");
    district.db.close();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Walks over the pages from Today: every record that is linked there opens.
fn follow_every_link(eye: &mut Eye, all: &[&str], wrong: &mut Vec<String>) {
    let mut waiting = vec!["/desk".to_owned(), "/desk/plan".to_owned()];
    let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        let n = shapes.entry(kind(&path, all).0).or_default();
        *n += 1;
        if *n > 6 || path.contains("format=") {
            continue;
        }
        let answer = eye.client.get(&path);
        if !matches!(answer.status.as_u16(), 200 | 303) {
            wrong.push(format!("{} is led to {path}: {}", eye.login, answer.status));
        }
        waiting.extend(links(&answer).into_iter().filter(|link| seen.insert(link.clone())));
    }
    assert!(shapes.len() > 10, "{} saw only {shapes:?}", eye.login);
}

#[test]
fn nobody_finds_lists_or_changes_what_is_anothers() {
    let folder = tempfile::tempdir().unwrap();
    nobody_reaches_the_records_of_others(&Target::Sqlite(folder.path().join("qilin.db")), 8);
}

#[test]
fn nobody_finds_lists_or_changes_what_is_anothers_on_postgresql() {
    if let Some(scratch) = fresh_postgres() {
        nobody_reaches_the_records_of_others(scratch.target(), 2);
    }
}

/// Fields with which a form says for which unit something is entered.
const UNIT_FIELDS: [&str; 2] = ["host", "unit"];

#[test]
fn nothing_is_entered_for_a_unit_that_is_not_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let district = AtWork::at(&Target::Sqlite(folder.path().join("qilin.db")));
    let other = district.db.read_now(|tx| {
        let sql = "select unit_id as id from role_grant where account_id =
                   (select id from account where login = 'jiaoti-1')";
        Ok(tx.one(sql, &[])?.get::<String>("id")?)
    });
    let other = other.unwrap();
    let mut editor = district.signed_in("weijian-1");
    for path in ["/desk/deliveries/new", "/desk/entries/new", "/desk/attestations/new"] {
        let page = editor.get(path);
        let form = forms(&page, path, "识别野生菌").into_iter().next().unwrap();
        let named: Vec<_> =
            form.fields.iter().filter(|(name, _)| UNIT_FIELDS.contains(&name.as_str())).collect();
        assert!(!named.is_empty(), "{path} names no unit");
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| {
                (name.as_str(), if UNIT_FIELDS.contains(&name.as_str()) { other.as_str() } else { value })
            })
            .collect();
        let answer = editor.post(&form.action, &fields);
        assert!(matches!(answer.status.as_u16(), 403 | 404 | 422), "{path}: {}", answer.status);
    }
    district.db.close();
}

#[test]
fn the_public_reads_no_name_of_an_account_and_no_title_of_a_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let district = AtWork::at(&Target::Sqlite(folder.path().join("qilin.db")));
    // What stands on the menu is for everybody, also where a delivery bears its title.
    let hidden = district.db.read_now(|tx| {
        let sql = "select name as words from account union select login from account where length(login) > 5
             union select title from evidence_delivery where title not in (select title from service_resource)
             union select body from evidence_attestation
             union select note from evidence_delivery where length(note) > 3";
        let rows = tx.query(sql, &[])?;
        Ok(rows.iter().map(|row| row.get("words")).collect::<Result<Vec<String>, _>>()?)
    });
    let hidden = hidden.unwrap();
    assert!(hidden.len() > 100, "only {} words are looked for", hidden.len());
    let mut visitor = Client::new(&district.router, district.runtime.handle());
    let mut waiting =
        vec!["/".to_owned(), "/plan".to_owned(), "/log".to_owned(), "/api/plan.json".to_owned()];
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        let answer = visitor.get(&path);
        let said: Vec<_> = hidden.iter().filter(|words| answer.text.contains(words.as_str())).collect();
        assert!(said.is_empty(), "{path} tells everybody {said:?}");
        assert!(seen.len() < 2_000, "the public pages have no end");
        waiting.extend(links(&answer).into_iter().filter(|link| seen.insert(link.clone())));
    }
    district.db.close();
    assert!(seen.len() > 30, "only {} public pages were read", seen.len());
}
