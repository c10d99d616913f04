//! Word lists that are looked up by their first or last character.

use crate::tally::count;

/// A fixed list of words.
pub(crate) struct Words {
    /// In the order of the list.
    all: Vec<&'static str>,
    /// By first character, longer words before shorter ones.
    first: Index,
    /// By last character, longer words before shorter ones.
    last: Index,
}

struct Index {
    /// A bit for each character that may be a key, so that most are refused at once.
    bloom: [u64; BLOOM],
    sorted: Vec<(char, &'static str)>,
}

impl Index {
    fn new(all: &[&'static str], key: impl Fn(&str) -> Option<char>) -> Index {
        let mut sorted: Vec<(char, &'static str)> = all.iter().filter_map(|w| Some((key(w)?, *w))).collect();
        sorted.sort_by_key(|(c, w)| (*c, std::cmp::Reverse(w.len())));
        let mut bloom = [0; BLOOM];
        for (c, _) in &sorted {
            let (word, bit) = bit(*c);
            if let Some(cell) = bloom.get_mut(word) {
                *cell |= bit;
            }
        }
        Index { bloom, sorted }
    }

    fn of(&self, key: char) -> impl Iterator<Item = &'static str> + '_ {
        let (word, bit) = bit(key);
        let none = self.bloom.get(word).is_none_or(|w| w & bit == 0);
        let from = if none { self.sorted.len() } else { self.sorted.partition_point(|(c, _)| *c < key) };
        self.sorted.iter().skip(from).take_while(move |(c, _)| *c == key).map(|(_, w)| *w)
    }
}

/// Words of 64 bits that stand for the characters.
const BLOOM: usize = 16;

/// Which word and which bit of it stand for a character.
fn bit(c: char) -> (usize, u64) {
    let c = u32::from(c);
    ((c >> 6) as usize % BLOOM, 1 << (c & 63))
}

impl Words {
    /// Words parted by white space.
    pub fn new(list: &'static str) -> Words {
        let all: Vec<&'static str> = list.split_whitespace().collect();
        let first = Index::new(&all, |w| w.chars().next());
        let last = Index::new(&all, |w| w.chars().next_back());
        Words { all, first, last }
    }

    /// The words in their order.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.all.iter().copied()
    }

    /// Whether `word` is one of them.
    pub fn contains(&self, word: &str) -> bool {
        word.chars().next().is_some_and(|c| self.first.of(c).any(|w| w == word))
    }
}

/// The longest of `words` that `s` begins with.
pub(crate) fn starts(s: &str, words: &Words) -> Option<&'static str> {
    count(0);
    words.first.of(s.chars().next()?).find(|w| s.starts_with(w))
}

/// The longest of `words` that `s` ends with.
pub(crate) fn ends(s: &str, words: &Words) -> Option<&'static str> {
    count(0);
    words.last.of(s.chars().next_back()?).find(|w| s.ends_with(w))
}

/// Whether `s` holds one of `words`.
pub(crate) fn has(s: &str, words: &Words) -> bool {
    first_of(s, words).is_some()
}

/// The first place in `s` where one of `words` begins.
pub(crate) fn first_of(s: &str, words: &Words) -> Option<(usize, &'static str)> {
    let found = s.char_indices().find_map(|(at, c)| {
        let mut here = words.first.of(c).peekable();
        here.peek()?;
        let rest = s.get(at..)?;
        here.find(|w| rest.starts_with(w)).map(|w| (at, w))
    });
    count(found.map_or(s.len(), |(at, _)| at));
    found
}

/// The word that reaches furthest to the right, the longer one of two that end together.
pub(crate) fn last_of(s: &str, words: &Words) -> Option<(usize, &'static str)> {
    let found = s.char_indices().rev().find_map(|(at, c)| {
        let end = at + c.len_utf8();
        let head = s.get(..end)?;
        words.last.of(c).find(|w| head.ends_with(w)).map(|w| (end - w.len(), w))
    });
    count(found.map_or(s.len(), |(at, _)| s.len() - at));
    found
}

/// A list of words, made when it is first looked at.
macro_rules! words {
    ($list:literal) => {{
        static WORDS: std::sync::LazyLock<$crate::words::Words> =
            std::sync::LazyLock::new(|| $crate::words::Words::new($list));
        &*WORDS
    }};
    ($(#[$doc:meta])* $vis:vis $name:ident = $list:literal) => {
        $(#[$doc])*
        $vis static $name: std::sync::LazyLock<$crate::words::Words> =
            std::sync::LazyLock::new(|| $crate::words::Words::new($list));
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_wins_on_either_side() {
        let list = Words::new("科 科普 科普基地 基地");
        assert_eq!(starts("科普基地建设", &list), Some("科普基地"));
        assert_eq!(ends("建设科普基地", &list), Some("科普基地"));
        assert_eq!(first_of("建设科普室", &list), Some((6, "科普")));
        assert_eq!(last_of("科普和基地。", &list), Some((9, "基地")));
        assert!(!has("建设", &list) && list.contains("科普") && !list.contains("普"));
        assert_eq!((starts("", &list), ends("", &list)), (None, None));
    }
}
