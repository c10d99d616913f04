//! The same grouping by DuckDB, where Python has it (`pip install duckdb`): the facts go out as a file, it reads
//! them into a table of its own, which is not counted, and sums them up, which is.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use db::Db;
use evidence::fact::{Cell, Sums};
use evidence::store;
use kernel::Refusal;

/// What Python runs: argument 1 is the file of facts, 2 that of cells. A clever grouping: facts that move
/// the same cells first, the lists of ids taken apart afterwards.
const SCRIPT: &str = r#"
import duckdb, sys, time
db = duckdb.connect()
db.execute("""create table fact as select * from read_csv(?, header=false, delim='\t', quote='', columns={
    'act': 'BIGINT', 'quantity': 'VARCHAR', 'grp': 'VARCHAR', 'n': 'BIGINT', 'month': 'VARCHAR', 'town': 'VARCHAR',
    'organisers': 'VARCHAR', 'supporters': 'VARCHAR', 'purposes': 'VARCHAR'}, nullstr='\x01')""", [sys.argv[1]])
start = time.process_time()
db.execute("""create table cell as
with act as (
  select act, month, town, organisers, supporters, purposes, grp,
    sum(n) filter (quantity = 'session') as s, sum(n) filter (quantity = 'minute') as m,
    sum(n) filter (quantity = 'person_time') as p from fact group by all),
whole as (
  select month, town, organisers, supporters, purposes, sum(s) as s, sum(p) as p, sum(m) as m
  from act group by all),
reached as (
  select a.month, a.purposes, g.grp, sum(a.s) as s, sum(g.p) as p, sum(a.m) as m
  from act g join act a on a.act = g.act and a.grp = '' where g.grp <> '' group by all),
wide as (select *, unnest(list_prepend('', string_split(purposes, ' '))) as purpose from whole)
select purpose, month[:4] as period, 'all' as grain, '' as key, sum(s), sum(p), sum(m) from wide group by all
union all select purpose, month, 'all', '', sum(s), sum(p), sum(m) from wide group by all
union all select purpose, month[:4], 'town', town, sum(s), sum(p), sum(m) from wide group by all
union all select purpose, month[:4], 'organiser', key, sum(s), sum(p), sum(m)
  from (select *, unnest(string_split(organisers, ' ')) as key from wide) group by all
union all select purpose, month[:4], 'supporter', key, sum(s), sum(p), sum(m)
  from (select *, unnest(string_split(supporters, ' ')) as key from wide where supporters <> '') group by all
union all select purpose, month[:4], 'group', grp, sum(s), sum(p), sum(m)
  from (select *, unnest(list_prepend('', string_split(purposes, ' '))) as purpose from reached) group by all""")
print(time.process_time() - start)
with open(sys.argv[2], "w") as out:
    for row in db.execute("select * from cell").fetchall():
        out.write("\t".join("0" if one is None else str(one) for one in row) + "\n")
"#;

/// Seconds of processor time that DuckDB takes for the same cells.
pub fn grouping(db: &Db, folder: &Path, cells: &[(Cell, Sums)]) -> Result<f64, String> {
    let python = python();
    let there = Command::new(&python).args(["-c", "import duckdb"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        return Err("not installed".to_owned());
    }
    let (facts, grouped) = (folder.join("facts.tsv"), folder.join("cells.tsv"));
    export(db, &facts)?;
    let run = Command::new(&python).args(["-c", SCRIPT]).args([&facts, &grouped]).output();
    let _ = std::fs::remove_file(&facts);
    let output = run.map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let mut theirs: Vec<String> = std::fs::read_to_string(&grouped)
        .map_err(|error| error.to_string())?
        .lines()
        .map(str::to_owned)
        .collect();
    let line = |(cell, sums): &(Cell, Sums)| {
        let Cell { purpose, period, grain, key } = cell;
        let Sums { sessions, person_times, minutes } = sums;
        format!("{purpose}\t{period}\t{}\t{key}\t{sessions}\t{person_times}\t{minutes}", grain.code())
    };
    let mut ours: Vec<String> = cells.iter().map(line).collect();
    theirs.sort_unstable();
    ours.sort_unstable();
    if ours != theirs {
        let differs = ours.iter().zip(&theirs).find(|(one, other)| one != other);
        return Err(format!("other cells: {} and {}; {differs:?}", ours.len(), theirs.len()));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    // a long statement draws its progress before
    said.split_whitespace().next_back().unwrap_or_default().parse().map_err(|_| format!("no time in: {said}"))
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, run by hand")]
fn python() -> String {
    std::env::var("QILIN_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Writes what the grouping needs of each fact as a line of texts parted by tabs.
fn export(db: &Db, to: &Path) -> Result<(), String> {
    let file = std::fs::File::create(to).map_err(|error| error.to_string())?;
    let mut out = std::io::BufWriter::with_capacity(1 << 20, file);
    let mut from = i64::MIN;
    loop {
        let page = db.read_now(move |tx| {
            let district = people::district(tx)?.ok_or(Refusal::NotFound)?.id;
            store::fact::page_in_brief(tx, &district, from, 20_000)
        });
        let page = page.map_err(|refusal| refusal.to_string())?;
        for fact in &page {
            let group = fact.group.map_or("", kernel::Group::code);
            let (act, quantity, n) = (store::fact::place_of(fact.seq), fact.quantity.code(), fact.n);
            let rest = fact.footprint.replace('\n', "\t");
            writeln!(out, "{act}\t{quantity}\t{group}\t{n}\t{rest}").map_err(|error| error.to_string())?;
        }
        match page.last() {
            Some(fact) => from = fact.seq + 1,
            None => return out.flush().map_err(|error| error.to_string()),
        }
    }
}
