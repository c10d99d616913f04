//! A list's pages, by `page` in the address.

/// Which part of a list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: i64,
    /// How many lines a page has.
    pub size: i64,
    /// How many lines there are in all.
    pub total: i64,
}

impl Paging {
    /// The page asked for (1 when none is), of 50 lines.
    pub fn at(page: Option<i64>) -> Self {
        Self { page: page.unwrap_or(1).clamp(1, 1_000_000), size: 50, total: 0 }
    }

    /// With the number of lines known.
    #[must_use]
    pub const fn of(mut self, total: i64) -> Self {
        self.total = total;
        self
    }

    /// Lines before the page, for `offset`.
    pub const fn offset(&self) -> i64 {
        (self.page - 1) * self.size
    }

    /// The last page; 1 when there is nothing.
    pub const fn last(&self) -> i64 {
        let pages = (self.total + self.size - 1) / self.size;
        if pages < 1 { 1 } else { pages }
    }
}
