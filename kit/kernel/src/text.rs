//! The form of a text under which it is looked up; bytes as text.

use unicode_normalization::UnicodeNormalization;

/// Half width, lower case, without white space: so that `区 科协`, `区科协` and full-width letters
/// meet. Computed here because the two databases fold case differently.
pub fn search_key(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Bytes as hexadecimal digits, two for each, in lower case.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    let digit = |four: u8| char::from(if four < 10 { b'0' + four } else { b'a' + four - 10 });
    bytes.as_ref().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::{hex, search_key};

    #[test]
    fn every_byte_is_written_as_the_formatter_writes_it() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(hex(&all), all.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }

    #[test]
    fn width_case_and_spaces_do_not_keep_names_apart() {
        assert_eq!(search_key(" 区 科协　ＡＢｃ（甲）"), search_key("区科协abc(甲)"));
        assert_ne!(search_key("区科协"), search_key("市科协"));
    }
}
