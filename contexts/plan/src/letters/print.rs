//! A letter and a supplement as official documents. Their words are Chinese whoever prints them.

use evidence::DutyRole;
use kernel::Day;
use paper::{Block, Column, Document};
use web::Cx;

use super::clause::Clause;
use super::letter::{Letter, LetterState, Signed};
use super::rules::points_text;
use super::supplement::{Supplement, SupplementState};

/// What a letter is printed with besides itself.
pub(super) struct Names {
    /// The unit's full name.
    pub unit: String,
    /// The plan's title.
    pub plan: String,
}

struct Press<'a> {
    cx: &'a Cx,
    letter: &'a Letter,
    names: &'a Names,
    blocks: Vec<Block>,
}

/// The letter as it was signed first.
pub(super) fn letter(cx: &Cx, letter: &Letter, names: &Names) -> Document {
    let mut press = Press { cx, letter, names, blocks: Vec::new() };
    let title = press.say("plan-letter-print-title", &[]);
    press.head(title.clone(), press.say("plan-letter-print-number", &[("n", letter.number.to_string())]));
    if let LetterState::Draft { .. } = letter.state {
        let words = press.say("plan-letter-print-draft", &[]);
        press.blocks.push(Block::Centred(words));
    }
    press.blocks.push(Block::Space);
    press.address();
    let preamble = if letter.preamble.is_empty() {
        press.say("plan-letter-print-preamble", &[])
    } else {
        letter.preamble.clone()
    };
    press.blocks.extend(preamble.lines().map(|line| Block::Text(line.trim().to_owned())));
    let mut n = 0;
    for role in [DutyRole::Lead, DutyRole::JointLead, DutyRole::Support] {
        n = press.clauses(n, role);
    }
    for part in ["scoring", "change"] {
        n = press.heading(n, &format!("plan-letter-print-{part}"));
        let words = press.say(&format!("plan-letter-print-{part}-words"), &[]);
        press.blocks.extend(words.lines().map(|line| Block::Text(line.trim().to_owned())));
    }
    let (unit, association) = signatures(letter);
    press.signatures(unit, association);
    press.document(title)
}

/// A supplement with the clauses as it puts them.
pub(super) fn supplement(cx: &Cx, letter: &Letter, of: &Supplement, names: &Names) -> Document {
    let mut press = Press { cx, letter, names, blocks: Vec::new() };
    let title = press.say("plan-letter-print-supplement", &[("n", of.n.to_string())]);
    press.head(title.clone(), press.say("plan-letter-print-number", &[("n", letter.number.to_string())]));
    press.blocks.push(Block::Space);
    press.address();
    let words = press.say("plan-letter-print-supplement-words", &[("reason", of.reason.clone())]);
    press.blocks.push(Block::Text(words));
    let mut after = letter.clauses.clone();
    of.apply(&mut after);
    for clause in after.iter().filter(|clause| of.changes.iter().any(|change| change.clause == clause.n)) {
        let words = press.clause(clause);
        press.blocks.push(Block::Text(words));
    }
    let words = press.say("plan-letter-print-supplement-rest", &[]);
    press.blocks.push(Block::Text(words));
    let (unit, association) = match &of.state {
        SupplementState::Issued { .. } | SupplementState::Refused { .. } => (None, None),
        SupplementState::UnitSigned { unit } => (Some(unit.clone()), None),
        SupplementState::InForce { unit, association } => (Some(unit.clone()), Some(association.clone())),
    };
    press.signatures(unit, association);
    press.document(title)
}

/// Who signed the letter for the unit and for the association.
pub(super) fn signatures(letter: &Letter) -> (Option<Signed>, Option<Signed>) {
    use super::letter::StepKind::{HandBack, SignAssociation, SignUnit};
    let after = letter.steps.iter().rposition(|step| step.kind == HandBack).map_or(0, |at| at + 1);
    let steps = letter.steps.iter().skip(after);
    let find = |kind| steps.clone().find(|step| step.kind == kind).map(|step| step.signed.clone());
    (find(SignUnit), find(SignAssociation))
}

impl Press<'_> {
    fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        let mut all = vec![
            ("district", self.cx.district_name()),
            ("unit", self.names.unit.clone()),
            ("plan", self.names.plan.clone()),
            ("year", self.letter.year.to_string()),
            ("total", points_text(self.letter.total)),
        ];
        all.extend(args.iter().cloned());
        self.cx.app.words(web::Locale::Zh).with(key, &all)
    }

    fn head(&mut self, title: String, number: String) {
        self.blocks.push(Block::Title(title));
        self.blocks.push(Block::Centred(number));
        if self.cx.is_demo() {
            let words = self.say("plan-print-demo", &[]);
            self.blocks.push(Block::Centred(words));
        }
    }

    fn address(&mut self) {
        let words = self.say("plan-letter-print-address", &[]);
        self.blocks.push(Block::Plain(words));
    }

    /// A heading with the next ordinal.
    fn heading(&mut self, n: usize, key: &str) -> usize {
        let ordinals = self.say("plan-print-ordinals", &[]);
        let ordinal = ordinals.split_whitespace().nth(n).unwrap_or_default().to_owned();
        let title = self.say(key, &[]);
        let words = self.say("plan-print-heading", &[("ordinal", ordinal), ("title", title)]);
        self.blocks.push(Block::Heading(1, words));
        n + 1
    }

    fn clauses(&mut self, n: usize, role: DutyRole) -> usize {
        let of: Vec<&Clause> = self.letter.clauses.iter().filter(|clause| clause.role == role).collect();
        if of.is_empty() {
            return n;
        }
        let n = self.heading(n, &format!("plan-letter-print-{}", role.code()));
        for clause in of {
            let words = self.clause(clause);
            self.blocks.push(Block::Text(words));
        }
        n
    }

    fn clause(&self, clause: &Clause) -> String {
        let unit = match clause.target {
            Some(_) => clause.unit.clone(),
            None => self.say("plan-letter-print-sessions", &[]),
        };
        let asked = clause.asked.map(|asked| {
            let value = asked.normalize().to_string();
            self.say("plan-letter-print-asked", &[("value", value), ("of", unit)])
        });
        let end = ['。', '；', '.', ';', '，'];
        let body = clause.body.trim_end_matches(end).to_owned();
        let args = [
            ("n", clause.n.to_string()),
            ("body", body),
            ("asked", asked.unwrap_or_default()),
            ("points", points_text(clause.points)),
        ];
        self.say("plan-letter-print-clause", &args)
    }

    fn signatures(&mut self, unit: Option<Signed>, association: Option<Signed>) {
        self.blocks.push(Block::Space);
        let rows = [("association", association), ("unit", unit)]
            .into_iter()
            .map(|(side, signed)| {
                let side = self.say(&format!("plan-letter-print-side-{side}"), &[]);
                let (name, day) = signed.map_or_else(
                    || (self.say("plan-letter-print-unsigned", &[]), String::new()),
                    |signed| (signed.name.clone(), self.day(signed.at.day())),
                );
                vec![side, name, day]
            })
            .collect();
        let head = |key: &str| self.say(&format!("plan-letter-print-sign-{key}"), &[]);
        let columns = vec![
            Column::words(head("side"), 4),
            Column::words(head("name"), 2),
            Column::words(head("day"), 3),
        ];
        let caption = head("caption");
        self.blocks.push(Block::Table { caption, columns, rows });
    }

    fn day(&self, day: Day) -> String {
        let args = [
            ("y", day.year().to_string()),
            ("m", day.month().to_string()),
            ("d", day.day_of_month().to_string()),
        ];
        self.say("plan-print-day", &args)
    }

    fn document(self, title: String) -> Document {
        Document {
            title: title.replace('\n', ""),
            issuer: self.say("plan-letter-print-issuer", &[]),
            language: web::Locale::Zh.tag().to_owned(),
            foot: None,
            blocks: self.blocks,
        }
    }
}
