//! The tables of the service loop.

use kernel::Day;
use serde::Deserialize;

use super::rows;

/// What a unit offers.
#[derive(Clone, Debug, Deserialize)]
pub struct ResourceRow {
    /// Its key.
    pub key: String,
    /// Who offers it.
    pub unit_key: String,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// What happens there.
    pub summary: String,
    /// Its topic.
    pub topic: String,
    /// Codes of groups, parted by bars.
    pub groups: String,
    /// Languages beside Chinese.
    pub languages: String,
    /// Its length.
    pub minutes: i64,
    /// Days ahead.
    pub lead_days: i64,
    /// Days of the week, parted by bars.
    pub weekdays: String,
    /// How often on a day.
    pub n_per_day: i64,
    /// How often in a month.
    pub n_per_month: i64,
    /// The title of the measure that it serves.
    pub measure: String,
}

/// Somebody of a team.
#[derive(Clone, Debug, Deserialize)]
pub struct PersonRow {
    /// Of which team.
    pub unit_key: String,
    /// The name.
    pub name: String,
    /// Expert or volunteer.
    pub kind: String,
    /// Topics.
    pub topics: String,
    /// Languages beside Chinese.
    pub languages: String,
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderRow {
    /// Its key.
    pub key: String,
    /// When it was sent.
    pub sent_on: Day,
    /// The key of a resource; empty for a need.
    pub resource: String,
    /// In which community.
    pub community_key: String,
    /// The day asked for.
    pub wish_on: Option<Day>,
    /// In the resident's words.
    pub need: String,
    /// How many people.
    pub heads: Option<i64>,
    /// For whom; empty for everybody.
    pub group: String,
    /// The name.
    pub name: String,
    /// The number.
    pub phone: String,
    /// How far it goes.
    pub fate: String,
    /// What is said at its end.
    pub words: String,
}

/// All tables of the loop.
#[derive(Clone, Debug)]
pub struct Rows {
    /// What units offer.
    pub resources: Vec<ResourceRow>,
    /// Who is in the teams.
    pub people: Vec<PersonRow>,
    /// Orders.
    pub orders: Vec<OrderRow>,
}

impl Rows {
    /// Reads them.
    ///
    /// # Errors
    /// The table, the line and what is wrong there.
    pub fn read() -> Result<Self, String> {
        Ok(Self {
            resources: rows("resources.csv", include_str!("../../../demo/resources.csv"))?,
            people: rows("team_people.csv", include_str!("../../../demo/team_people.csv"))?,
            orders: rows("orders.csv", include_str!("../../../demo/orders.csv"))?,
        })
    }
}
