//! Pages of a large district beside those of a small one.

use db::Db;
use evidence::{Period, purposes, totals};
use kernel::Refusal;

use crate::load::{self, Cost, Load};
use crate::pages;
use crate::program::{Running, get};
use crate::table::{Against, Table};

/// Connections that ask at once.
const CONNECTIONS: usize = 16;
/// Requests of a round to each page.
const REQUESTS: usize = 320;

/// The pages, each with a number behind it, so that nothing kept is sent again.
pub fn paths(db: &Db) -> Result<Vec<(String, String)>, String> {
    let read = db.read_now(|tx| {
        let district = people::district(tx)?.ok_or(Refusal::NotFound)?.id;
        let list = purposes::list(tx, &district)?;
        let purpose = list.get(4).ok_or(Refusal::NotFound)?.id.clone();
        let period = Period { from: 2021, to: 2025 };
        let towns = totals::by_town(tx, &district, Some(&purpose), period)?;
        let town = towns.into_keys().next().ok_or(Refusal::NotFound)?;
        let of = |filter: evidence::Filter| format!("{}&n=", filter.href());
        let verified = period.filter();
        let desk = |page: &str| (page.to_owned(), format!("{page}?n="));
        Ok(vec![
            ("board".to_owned(), "/desk/plan?n=".to_owned()),
            ("map".to_owned(), "/desk/plan/map?n=".to_owned()),
            desk("/desk/plan/items/5"),
            desk("/plan/items/5"),
            (
                "drill-down, a purpose".to_owned(),
                of(evidence::Filter { purpose: Some(purpose), ..verified.clone() }),
            ),
            (
                "drill-down, a town in a year".to_owned(),
                of(evidence::Filter { town: Some(town), ..Period::year(2024).filter() }),
            ),
        ])
    });
    read.map_err(|refusal| refusal.to_string())
}

/// Each page of a large district beside the same of a small one.
pub async fn compare(
    on: &str,
    (large, small): (&Running, &Running),
    (facts, paths): (u64, &[(String, String)]),
) -> Result<Table, String> {
    let mut loads = Vec::new();
    for server in [large, small] {
        let session = pages::sign_in(&server.address, "kexie").await?;
        for (_, path) in paths {
            let (path, session) = (path.clone(), session.clone());
            let request = move |n: usize| {
                pages::with(&get(&format!("{path}{n}")), &format!("Cookie: qilin_session={session}"))
            };
            let (address, pid) = (server.address.clone(), server.id());
            loads.push(Load { address, pid, request: Box::new(request), n: REQUESTS });
        }
    }
    let costs = load::rounds(loads, CONNECTIONS).await;
    let (of_large, of_small) = costs.split_at(paths.len());
    let mut table = Table::default();
    for ((name, _), (large, small)) in paths.iter().zip(of_large.iter().zip(of_small)) {
        let Cost { cpu_ms, p99_ms } = *large;
        let same = Against { name: "with 100,000 facts", value: small.cpu_ms, limit: 1.5 };
        table.ratio(format!("{facts} facts, {on}: {name}"), cpu_ms, "ms", same);
        let same = Against { name: "with 100,000 facts", value: small.p99_ms, limit: 1.5 };
        let p99 = format!("{facts} facts, {on}: {name}, p99 of {CONNECTIONS} connections");
        table.ratio(p99.clone(), p99_ms, "ms", same);
        table.ratio(p99, p99_ms, "ms", Against { name: "agreed", value: 50.0, limit: 1.0 });
    }
    Ok(table)
}
