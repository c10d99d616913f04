//! From a file's bytes to what the parser understood, or the reason why it is no plan; and the same as
//! a short text for the command line.

use std::fmt;

use plan_doc::{Reading, Verdict};
use web::{Catalogue, Locale};

/// Why a file cannot be taken as a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsuitable {
    /// After `plan-refused-` the catalogue's key.
    pub reason: String,
    /// What the sentence names.
    pub args: Vec<(String, String)>,
}

impl fmt::Display for Unsuitable {
    /// The sentence of the English catalogue, for the command line and logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let args: Vec<(&str, String)> =
            self.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let key = format!("plan-refused-{}", self.reason);
        match Catalogue::new(Locale::En, &[crate::EN]) {
            Ok(words) => f.write_str(&words.with(&key, &args)),
            Err(_) => f.write_str(&self.reason),
        }
    }
}

/// Reads the bytes of a file: pure, and never fails otherwise than by saying why.
///
/// # Errors
/// [`Unsuitable`] for what is not readable, or not a plan.
pub fn understand(bytes: &[u8], file_name: &str) -> Result<Reading, Unsuitable> {
    let text = plan_doc::decode(bytes, file_name).map_err(|unreadable| Unsuitable {
        reason: unreadable.code().to_owned(),
        args: unreadable.args().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    })?;
    let reading = plan_doc::parse(&text.text);
    match reading.verdict {
        Verdict::Plan => Ok(reading),
        Verdict::NotAPlan { reason } => {
            Err(Unsuitable { reason: format!("not-{}", reason.code()), args: Vec::new() })
        }
    }
}

/// Title and years, then every item with who leads and who helps, every target, every doubt.
pub fn summary(reading: &Reading) -> String {
    let mut lines = Vec::new();
    lines.extend(reading.title.as_ref().map(|title| title.text.clone()));
    lines.extend(reading.period.as_ref().map(plan_doc::Period::written));
    for (n, item) in (1..).zip(&reading.items) {
        let names = |names: Vec<&str>| names.join("、");
        let who = format!("{} | {}", names(item.leads().collect()), names(item.supports().collect()));
        lines.push(format!("{n}\t{}\t{}\t{who}", crate::item::item_kind_code(item.kind), item.title));
    }
    for target in &reading.targets {
        let value = target.value.clone().unwrap_or_default();
        let unit = target.unit.clone().unwrap_or_default();
        let (kind, sign) = (target.kind.code(), target.comparator.code());
        lines.push(format!("{}\t{kind}\t{}\t{sign} {value}{unit}", target.id, target.subject));
    }
    for doubt in &reading.doubts {
        let args: Vec<String> = doubt.args.iter().map(|(name, value)| format!("{name}={value}")).collect();
        lines.push(format!("? {}\t{}", doubt.code.code(), args.join(" ")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{summary, understand};

    #[test]
    fn a_pdf_named_docx_is_told_in_a_sentence() {
        let refused = understand(b"%PDF-1.7 ...", "plan.docx").unwrap_err();
        assert!(refused.to_string().starts_with("This is a PDF"), "{refused}");
    }

    #[test]
    fn the_summary_names_items_with_their_units_and_targets() {
        let reading = understand(include_bytes!("../../../server/demo/plan.txt"), "plan.txt").unwrap();
        let text = summary(&reading);
        assert!(text.starts_with("麒麟区全民科学素质行动实施方案\n2021—2025年\n"));
        assert!(text.contains("\tmeasure\t实施现代农民培育计划\t区农业农村局 | "));
        assert!(text.contains("farmers-trained\tcounted\t"));
    }
}
