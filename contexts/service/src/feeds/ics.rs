//! iCalendar (RFC 5545): lines that end in CRLF and are folded at 75 octets, moments in UTC. Pure.

use kernel::Instant;

use crate::store::calendar::Entry;

/// Octets of a line before it is folded.
const LONGEST: usize = 75;

/// A calendar by its name; `of` gives the summary and the place of each visit.
pub(super) fn calendar(name: &str, entries: &[Entry], of: impl Fn(&Entry) -> (String, String)) -> String {
    let mut out = String::new();
    for text in [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Qilin//service//ZH", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ] {
        line(&mut out, text);
    }
    line(&mut out, &format!("X-WR-CALNAME:{}", escaped(name)));
    line(&mut out, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    for entry in entries {
        let (summary, place) = of(entry);
        event(&mut out, entry, (&summary, &place));
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn event(out: &mut String, entry: &Entry, (summary, place): (&str, &str)) {
    let visit = entry.visit;
    let start = visit.on.at(0, 0).plus_seconds(visit.minute.saturating_mul(60));
    let end = start.plus_seconds(visit.minutes.max(1).saturating_mul(60));
    line(out, "BEGIN:VEVENT");
    // The same order keeps one name for ever, so that a moved visit is moved and not doubled.
    line(out, &format!("UID:{}.{}@qilin", entry.order, entry.round));
    line(out, &format!("DTSTAMP:{}", moment(entry.changed_at)));
    line(out, &format!("LAST-MODIFIED:{}", moment(entry.changed_at)));
    line(out, &format!("DTSTART:{}", moment(start)));
    line(out, &format!("DTEND:{}", moment(end)));
    line(out, &format!("SEQUENCE:{}", entry.sequence));
    line(out, if entry.is_cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    line(out, &format!("SUMMARY:{}", escaped(summary)));
    line(out, &format!("LOCATION:{}", escaped(place)));
    line(out, "CLASS:PRIVATE");
    line(out, "END:VEVENT");
}

/// `20251103T040000Z`.
fn moment(at: Instant) -> String {
    at.utc_text().chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

/// A text as a value: what separates values is escaped, other control characters are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// One line, folded between characters.
fn line(out: &mut String, text: &str) {
    let mut long = 0;
    for c in text.chars() {
        if long + c.len_utf8() > LONGEST {
            out.push_str("\r\n ");
            long = 1;
        }
        out.push(c);
        long += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use kernel::Day;

    use super::*;
    use crate::order::Visit;

    fn entry() -> Entry {
        let on = Day::parse("2025-11-10").unwrap();
        Entry {
            order: "01ORDER".into(),
            round: 0,
            number: "2025-0042".into(),
            title: "高血压怎么吃药".into(),
            town: None,
            visit: Visit { on, minute: 570, minutes: 60 },
            sequence: 2,
            changed_at: Day::parse("2025-11-03").unwrap().at(12, 0),
            is_cancelled: false,
        }
    }

    #[test]
    fn every_line_ends_in_crlf_and_none_is_longer_than_75_octets() {
        let long = "长".repeat(60);
        let text = calendar("医务服务队", &[entry()], |_| (long.clone(), "南宁街道".into()));
        assert!(text.ends_with("END:VCALENDAR\r\n"));
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(text.replace("\r\n ", "").contains(&format!("SUMMARY:{long}\r\n")), "{text}");
    }

    #[test]
    fn a_visit_at_half_past_nine_in_china_begins_at_half_past_one_in_utc() {
        let text = calendar("队", &[entry()], |one| (one.title.clone(), String::new()));
        for line in
            ["UID:01ORDER.0@qilin", "DTSTART:20251110T013000Z", "DTEND:20251110T023000Z", "SEQUENCE:2"]
        {
            assert!(text.contains(&format!("{line}\r\n")), "{line}: {text}");
        }
        assert!(text.contains("STATUS:CONFIRMED\r\n"));
        let off = Entry { is_cancelled: true, ..entry() };
        assert!(calendar("队", &[off], |_| Default::default()).contains("STATUS:CANCELLED\r\n"));
    }

    #[test]
    fn no_text_ends_its_line_or_begins_another_value() {
        let text = calendar("a;b,c\\d\nEND:VCALENDAR\rX", &[], |_| Default::default());
        assert!(text.contains("X-WR-CALNAME:a\\;b\\,c\\\\d\\nEND:VCALENDARX\r\n"), "{text}");
        assert_eq!(text.matches("\r\nEND:VCALENDAR").count(), 1);
    }
}
