//! What a document consists of.

/// A document to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Its title, for the file's properties; a [`Block::Title`] prints it.
    pub title: String,
    /// Who issues it, for the file's properties.
    pub issuer: String,
    /// `zh-CN` or `en`.
    pub language: String,
    /// What stands at the foot of every page beside its number: the code that leads back to the cells.
    pub foot: Option<String>,
    /// What it says, in reading order.
    pub blocks: Vec<Block>,
}

/// One piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// The title, centred, over as many lines as it needs; a line break within is kept.
    Title(String),
    /// The document's number or another line centred under the title.
    Centred(String),
    /// A heading: 1 for 一、, 2 for （一）, 3 for 1.
    Heading(u8, String),
    /// A paragraph whose first line is two characters in.
    Text(String),
    /// A line from the left edge: whom the letter addresses.
    Plain(String),
    /// A line that ends so many characters before the right edge: signatures and dates.
    Right(String, u8),
    /// An empty line.
    Space,
    /// A table with its caption.
    Table {
        /// What it shows.
        caption: String,
        /// Its columns.
        columns: Vec<Column>,
        /// Its rows: as many texts as there are columns.
        rows: Vec<Vec<String>>,
    },
    /// Bars, one above the other. A table of the same figures has to stand beside it.
    Bars {
        /// What it shows; also its words for those who do not see it.
        caption: String,
        /// The bars.
        bars: Vec<Bar>,
    },
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub head: String,
    /// Its share of the width, against the other columns' shares.
    pub share: u16,
    /// Where its texts stand.
    pub align: Align,
}

/// Where a text stands in its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
    /// Marks.
    Centre,
}

/// A bar of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Its figure in words: `12 / 20`.
    pub value: String,
    /// Its length in thousandths of the whole.
    pub length: u16,
    /// Where a mark stands, in thousandths of the whole: what was asked for by now.
    pub mark: Option<u16>,
}

impl Column {
    /// A column of words.
    pub fn words(head: impl Into<String>, share: u16) -> Self {
        Self { head: head.into(), share, align: Align::Left }
    }

    /// A column of numbers.
    pub fn numbers(head: impl Into<String>, share: u16) -> Self {
        Self { head: head.into(), share, align: Align::Right }
    }
}

impl Document {
    /// Every text that will be printed or kept in the file's properties.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let own = [self.title.as_str()].into_iter().chain(self.foot.as_deref());
        own.chain(self.blocks.iter().flat_map(Block::texts))
    }
}

impl Block {
    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Title(text)
            | Self::Centred(text)
            | Self::Heading(_, text)
            | Self::Text(text)
            | Self::Plain(text)
            | Self::Right(text, _) => vec![text],
            Self::Space => Vec::new(),
            Self::Table { caption, columns, rows } => {
                let heads = columns.iter().map(|column| column.head.as_str());
                let cells = rows.iter().flatten().map(String::as_str);
                [caption.as_str()].into_iter().chain(heads).chain(cells).collect()
            }
            Self::Bars { caption, bars } => {
                let each = bars.iter().flat_map(|bar| [bar.label.as_str(), bar.value.as_str()]);
                [caption.as_str()].into_iter().chain(each).collect()
            }
        }
    }
}
