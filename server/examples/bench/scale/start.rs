//! How soon the program answers again after it was killed under load.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::data::{self, Tales};
use crate::load::cpu_seconds;
use crate::pages;
use crate::program::{Running, binary, get};
use crate::recording::{Desk, cost, form};
use crate::table::{Against, Table};

/// Kills; the least processor time and the longest wait count.
const KILLS: usize = 5;
/// Deliveries recorded before each, so that its log has something to be read again.
const DELIVERIES: usize = 800;

/// Records, kills, starts, asks.
pub async fn rows(folder: &Path, data: &Path, facts: u64) -> Result<Table, String> {
    let (from, to) = (data.to_path_buf(), folder.join("start"));
    let at = to.clone();
    let tales = super::apart(move || {
        let db = data::copy(&from, &at)?;
        let tales = Tales::of(&db);
        db.close();
        tales
    });
    let tales = tales.await?;
    let start = || -> Result<Running, String> {
        let mut command = Command::new(binary()?);
        Running::start(command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(&to))
    };
    let mut running = start()?;
    let (mut spent, mut longest) = (f64::INFINITY, 0.0_f64);
    for kill in 0..KILLS {
        let recorder = Desk::enter(&running.address, "kexie").await?;
        let numbers = kill * DELIVERIES..(kill + 1) * DELIVERIES;
        let forms = numbers.map(|n| recorder.post("/desk/deliveries", &form(tales.tale(n), n)));
        cost(&running, forms.collect()).await?;
        // dropping it kills it, with no word before
        drop(running);
        let begin = Instant::now();
        running = start()?;
        pages::body(&running.address, &get("/plan")).await?;
        longest = longest.max(begin.elapsed().as_secs_f64());
        spent = spent.min(cpu_seconds(running.id()));
    }
    let mut table = Table::default();
    let agreed = || Against { name: "agreed", value: 2.0, limit: 1.0 };
    table.ratio(
        format!("{facts} facts, killed: until the first answer, the longest"),
        longest,
        "s",
        agreed(),
    );
    table.figure(format!("{facts} facts, killed: until the first answer, processor time"), spent, "s");
    Ok(table)
}
