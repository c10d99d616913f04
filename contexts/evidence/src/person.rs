//! Persons on a sign-in list: hashed at once under a secret of the district, never stored by name.

use std::collections::BTreeSet;

use hmac::{Hmac, KeyInit, Mac};
use kernel::{Problem, search_key};
use sha2::Sha256;

/// The most lines of one list.
const MAX_LINES: usize = 2_000;

/// The hashes of a list with one person a line; what tells two of one name apart (the last digits
/// of a telephone number) stands on the same line. Width, case and spaces do not matter.
///
/// # Errors
/// More lines than heads, or more than one list can hold.
pub fn hashes(list: &str, heads: i64, secret: &str) -> Result<BTreeSet<String>, Problem> {
    let lines: Vec<String> = list.lines().map(search_key).filter(|line| !line.is_empty()).collect();
    if lines.len() > MAX_LINES {
        return Err(Problem::new("evidence-list-too-long").at("persons").with("limit", MAX_LINES));
    }
    let persons: BTreeSet<String> = lines.iter().filter_map(|line| hash(line, secret)).collect();
    if i64::try_from(persons.len()).unwrap_or(i64::MAX) > heads {
        let problem = Problem::new("evidence-list-over-heads").at("persons").with("heads", heads);
        return Err(problem.with("n", persons.len()));
    }
    Ok(persons)
}

/// HMAC-SHA256 in hexadecimal.
fn hash(line: &str, secret: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(line.as_bytes());
    Some(kernel::hex(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_on_two_lists_has_one_hash_and_no_name_in_it() {
        let one = hashes("张三 1234\n李四", 5, "k").unwrap();
        let two = hashes("  张三１２３４ \n\n张三1234", 5, "k").unwrap();
        assert_eq!(one.len(), 2);
        assert_eq!(two.len(), 1);
        assert!(two.is_subset(&one));
        assert!(one.iter().all(|hash| hash.len() == 64 && !hash.contains('张')));
    }

    #[test]
    fn another_district_hashes_the_same_name_differently() {
        assert!(hashes("张三", 1, "k").unwrap().is_disjoint(&hashes("张三", 1, "l").unwrap()));
    }

    #[test]
    fn a_list_with_more_persons_than_heads_is_refused() {
        assert_eq!(hashes("甲\n乙\n丙", 2, "k").unwrap_err().key, "evidence-list-over-heads");
    }
}
