//! The fonts: four that are built in, and what the machine has for what they lack.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use krilla::text::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::Gap;

const SONG: &[u8] = include_bytes!("../fonts/song.otf");
const TITLE: &[u8] = include_bytes!("../fonts/title.otf");
const HEI: &[u8] = include_bytes!("../fonts/hei.otf");
const KAI: &[u8] = include_bytes!("../fonts/kai.ttf");

/// Where systems keep their fonts.
const FOLDERS: &[&str] = &[
    "/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts",
    "C:\\Windows\\Fonts",
];
/// Names of files that hold a FangSong, in small letters.
const FANGSONG: &[&str] = &["fangsong", "simfang", "stfangso", "fzfsk"];
/// Names of files that hold many Chinese characters, the likeliest first, in small letters.
const LARGE: &[&str] =
    &["simsunb", "sourcehan", "notoserifcjk", "notosanscjk", "wenkai", "uming", "songti", "simsun"];

/// What a text is for, which decides its face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Body,
    Title,
    Hei,
    Kai,
}

/// A font to draw with.
pub(crate) struct Face {
    pub font: Font,
    bytes: &'static [u8],
    index: u32,
}

impl Face {
    /// `None` when the bytes are no font.
    fn read(bytes: &'static [u8], index: u32) -> Option<Self> {
        Some(Self { font: Font::new(bytes.into(), index)?, bytes, index })
    }

    /// The glyph of a character and its width in ems.
    fn glyph(&self, character: char) -> Option<(GlyphId, f32)> {
        let font = FontRef::from_index(self.bytes, self.index).ok()?;
        let id = font.charmap().map(character).filter(|id| id.to_u32() > 0)?;
        let width = font.glyph_metrics(Size::unscaled(), LocationRef::default()).advance_width(id)?;
        Some((id, width / self.font.units_per_em()))
    }
}

/// The fonts at hand.
pub struct Fonts {
    song: Option<Face>,
    title: Option<Face>,
    hei: Option<Face>,
    kai: Option<Face>,
    fangsong: Option<Face>,
    /// Files of the machine that may have a rare character, opened when one is asked for.
    others: Vec<(PathBuf, OnceLock<Option<Face>>)>,
}

/// A character as it will be drawn.
#[derive(Clone, Copy)]
pub(crate) struct Drawn<'a> {
    pub face: &'a Face,
    pub glyph: GlyphId,
    pub width: f32,
}

impl Fonts {
    /// Only those that are built in: the same on every machine.
    pub fn shipped() -> Self {
        Self {
            song: Face::read(SONG, 0),
            title: Face::read(TITLE, 0),
            hei: Face::read(HEI, 0),
            kai: Face::read(KAI, 0),
            fangsong: None,
            others: Vec::new(),
        }
    }

    /// Those that are built in, with what this machine has. Looks only once.
    pub fn here() -> &'static Self {
        static HERE: OnceLock<Fonts> = OnceLock::new();
        HERE.get_or_init(|| Self::with(FOLDERS.iter().map(Path::new)))
    }

    /// Those that are built in, with what these folders hold.
    pub fn with<'a>(folders: impl Iterator<Item = &'a Path>) -> Self {
        let mut files = Vec::new();
        folders.for_each(|folder| list(folder, 0, &mut files));
        files.sort();
        let of = |names: &[&str]| -> Vec<PathBuf> {
            let named = names.iter().flat_map(|name| files.iter().filter(move |file| is_named(file, name)));
            named.cloned().collect()
        };
        let fangsong = of(FANGSONG).iter().find_map(|file| open(file));
        let others = of(LARGE).into_iter().map(|file| (file, OnceLock::new())).collect();
        Self { fangsong, others, ..Self::shipped() }
    }

    /// The character in the face for its role, else in another one.
    pub(crate) fn draw(&self, role: Role, character: char) -> Option<Drawn<'_>> {
        let own = match role {
            Role::Body => [&self.fangsong, &self.song],
            Role::Title => [&self.title, &self.song],
            Role::Hei => [&self.hei, &self.title],
            Role::Kai => [&self.kai, &self.song],
        };
        let in_face =
            |face: &'_ Option<Face>| face.as_ref().is_some_and(|face| face.glyph(character).is_some());
        let found = own.into_iter().find(|face| in_face(face)).and_then(Option::as_ref);
        let face = found.or_else(|| {
            self.others.iter().find_map(|(file, face)| {
                let face = face.get_or_init(|| open(file)).as_ref()?;
                face.glyph(character).map(|_| face)
            })
        })?;
        let (glyph, width) = face.glyph(character)?;
        Some(Drawn { face, glyph, width })
    }

    /// Characters of these texts that no font has, each once.
    pub(crate) fn gaps<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        for text in texts {
            for character in text.chars().filter(|character| !character.is_control()) {
                let known = gaps.iter().any(|gap| gap.character == character);
                if !known && self.draw(Role::Body, character).is_none() {
                    gaps.push(Gap { character, text: text.to_owned() });
                }
            }
        }
        gaps
    }

    /// Characters of a text that no font has: to be asked before a name is accepted for printing.
    pub fn missing(&self, text: &str) -> Vec<char> {
        self.gaps([text].into_iter()).into_iter().map(|gap| gap.character).collect()
    }
}

fn is_named(file: &Path, part: &str) -> bool {
    let name = file.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    let font = [".ttf", ".otf", ".ttc"].iter().any(|end| name.ends_with(end));
    font && name.replace(['-', '_', ' '], "").contains(part)
}

/// The font files under a folder, a few levels deep.
fn list(folder: &Path, depth: u8, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() && depth < 4 {
            list(&path, depth + 1, files);
        } else {
            files.push(path);
        }
    }
}

/// Opens a font for the rest of the process: it is drawn from for as long as that runs.
fn open(file: &Path) -> Option<Face> {
    let bytes: &'static [u8] = std::fs::read(file).ok()?.leak();
    Face::read(bytes, 0)
}
