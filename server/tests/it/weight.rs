//! What a page weighs on its way to a phone on a slow line.

use std::collections::BTreeMap;

use db::Target;
use testkit::{Answer, Client};

use crate::at_work::AtWork;
use crate::site::pages;

/// Bytes of a page with its styles and scripts, without images, as compressed on the way.
const MOST: usize = 100_000;
/// The same for the page that a resident sees first.
const MOST_FIRST: usize = 60_000;

/// The styles and scripts that a page loads.
fn files(page: &Answer) -> Vec<String> {
    let targets = [" href=\"/assets/", " src=\"/assets/"]
        .into_iter()
        .flat_map(|before| page.text.split(before).skip(1).filter_map(|rest| rest.split('"').next()));
    let code = targets.filter(|path| path.contains(".css") || path.contains(".js"));
    code.map(|path| format!("/assets/{path}")).collect()
}

fn weight(client: &mut Client, path: &str) -> usize {
    client.headers = vec![("accept-encoding", "gzip".to_owned())];
    let answer = client.get(path);
    client.headers.clear();
    answer.is(200);
    answer.bytes.len()
}

#[test]
fn no_page_weighs_more_than_a_slow_line_carries() {
    let folder = tempfile::tempdir().unwrap();
    let district = AtWork::at(&Target::Sqlite(folder.path().join("qilin.db")));
    let mut visitor = Client::new(&district.router, district.runtime.handle());
    let mut admin = district.signed_in("admin");
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut heavy = Vec::new();
    let mut heaviest = 0;
    for path in pages(&mut admin, &district.patterns()) {
        let files = files(&admin.get(&path));
        assert!(files.len() > 1, "{path} has neither style nor script");
        let mut all = weight(&mut admin, &path);
        for file in files {
            all += *known.entry(file).or_insert_with_key(|file| weight(&mut admin, file));
        }
        heaviest = heaviest.max(all);
        if all > MOST {
            heavy.push(format!("{path}: {all}"));
        }
    }
    assert!(heavy.is_empty(), "{}", heavy.join("\n"));
    let files = files(&visitor.get("/plan"));
    let first =
        files.iter().map(|file| weight(&mut visitor, file)).sum::<usize>() + weight(&mut visitor, "/plan");
    assert!(first <= MOST_FIRST, "the first page weighs {first}");
    eprintln!("heaviest {heaviest}, first {first}");
    district.db.close();
}
