//! The form of a text under which it is looked up.

use unicode_normalization::UnicodeNormalization;

/// Half width, lower case, without white space: so that `区 科协`, `区科协` and full-width letters
/// meet. Computed here because the two databases fold case differently.
pub fn search_key(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::search_key;

    #[test]
    fn width_case_and_spaces_do_not_keep_names_apart() {
        assert_eq!(search_key(" 区 科协　ＡＢｃ（甲）"), search_key("区科协abc(甲)"));
        assert_ne!(search_key("区科协"), search_key("市科协"));
    }
}
