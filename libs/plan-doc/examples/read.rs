//! Prints what a document says, as JSON: `cargo run -p plan-doc --example read -- FILE`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let text = String::from_utf8(std::fs::read(&path)?)?;
    let reading = plan_doc::parse(&text);
    println!("{}", serde_json::to_string_pretty(&plan_doc::to_json(&reading))?);
    eprintln!("{:?}", reading.verdict);
    for doubt in &reading.doubts {
        eprintln!("{} {:?}", doubt.code.code(), doubt.args);
    }
    Ok(())
}
