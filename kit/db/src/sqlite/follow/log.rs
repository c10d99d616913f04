//! The write-ahead log of SQLite, as far as a copy has to read it: which of its bytes are committed.
//! <https://sqlite.org/fileformat2.html#the_write_ahead_log>

/// Bytes before the first frame.
pub(super) const HEADER: usize = 32;
/// Bytes of a frame before its page.
const FRAME: usize = 24;
/// Its low bit says in which order the words are summed.
const MAGIC: u32 = 0x377f_0682;

/// A running sum of the log.
pub(super) type Sums = (u32, u32);

/// What the log begins with. A log that begins anew has another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub bytes: [u8; HEADER],
    /// Rises by one each time the log begins anew.
    pub sequence: u32,
    page: usize,
    big_endian: bool,
    /// Of the header itself: where those of the frames begin.
    pub sums: Sums,
}

impl Header {
    /// `None` when it is not whole.
    pub fn read(bytes: [u8; HEADER]) -> Option<Self> {
        let magic = word(&bytes, 0)?;
        if magic & !1 != MAGIC {
            return None;
        }
        let big_endian = magic & 1 == 1;
        let sums = sum(big_endian, bytes.get(..24)?, (0, 0));
        let page = usize::try_from(word(&bytes, 8)?).ok()?;
        let is_whole = sums == (word(&bytes, 24)?, word(&bytes, 28)?) && page.is_power_of_two();
        is_whole.then_some(Self { bytes, sequence: word(&bytes, 12)?, page, big_endian, sums })
    }

    /// Bytes of a frame with its page.
    pub const fn frame(&self) -> usize {
        FRAME + self.page
    }

    /// Whether `frame` follows what summed up to `sums`: the sums after it, and whether it ends a commit.
    pub fn follows(&self, frame: &[u8], sums: Sums) -> Option<(Sums, bool)> {
        if frame.len() != self.frame() || frame.get(8..16)? != self.bytes.get(16..24)? {
            return None;
        }
        let sums = sum(self.big_endian, frame.get(..8)?, sums);
        let sums = sum(self.big_endian, frame.get(FRAME..)?, sums);
        let is_whole = sums == (word(frame, 16)?, word(frame, 20)?);
        is_whole.then_some((sums, word(frame, 4)? > 0))
    }
}

/// The bytes of `all` that are whole commits, and the sums behind them; `all` begins at a frame.
pub(super) fn committed(header: &Header, all: &[u8], sums: Sums) -> (usize, Sums) {
    frames(header, all, sums).filter(|frame| frame.ends).last().map_or((0, sums), |last| (last.to, last.sums))
}

/// The bytes of `all` that are whole frames, and the sums behind them.
pub(super) fn whole(header: &Header, all: &[u8], sums: Sums) -> (usize, Sums) {
    frames(header, all, sums).last().map_or((0, sums), |last| (last.to, last.sums))
}

/// A frame: where it ends, the sums there, and whether a commit ends with it.
struct Frame {
    to: usize,
    sums: Sums,
    ends: bool,
}

fn frames<'a>(header: &'a Header, all: &'a [u8], sums: Sums) -> impl Iterator<Item = Frame> + 'a {
    all.chunks(header.frame()).scan((0, sums), |(at, sums), frame| {
        let (after, ends) = header.follows(frame, *sums)?;
        (*at, *sums) = (*at + frame.len(), after);
        Some(Frame { to: *at, sums: after, ends })
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    four.try_into().ok().map(u32::from_be_bytes)
}

fn sum(big_endian: bool, bytes: &[u8], (mut one, mut two): Sums) -> Sums {
    let read = |four: &[u8]| {
        let four: [u8; 4] = four.try_into().unwrap_or_default();
        if big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    };
    for eight in bytes.chunks_exact(8) {
        let (first, second) = eight.split_at(4);
        one = one.wrapping_add(read(first)).wrapping_add(two);
        two = two.wrapping_add(read(second)).wrapping_add(one);
    }
    (one, two)
}
