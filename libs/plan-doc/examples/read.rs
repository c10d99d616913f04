//! Prints what a document says, as JSON; doubts and the verdict go to standard error.
//!
//! `cargo run -p plan-doc --example read -- FILE`

use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let text = plan_doc::decode(&std::fs::read(&path)?, &path)?;
    let reading = plan_doc::parse(&text.text);
    println!("{}", serde_json::to_string_pretty(&plan_doc::to_json(&reading))?);
    eprintln!("{:?}", reading.verdict);
    for doubt in &reading.doubts {
        eprintln!("{} {:?} {:?}", doubt.code.code(), doubt.args, doubt.span.of(&reading.text));
    }
    let plan = reading.verdict == plan_doc::Verdict::Plan;
    Ok(if plan { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
