//! The five groups whose literacy the plan raises, and everybody else.

use serde::{Deserialize, Serialize};

/// Whom a delivery reached. The first five are the plan's; [`Group::Other`] keeps the sum whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// 青少年
    Youth,
    /// 农民
    Farmers,
    /// 产业工人
    Workers,
    /// 老年人
    Elderly,
    /// 领导干部和公务员
    Officials,
    /// 其他公众
    Other,
}

impl Group {
    /// All, in the plan's order.
    pub const ALL: [Self; 6] =
        [Self::Youth, Self::Farmers, Self::Workers, Self::Elderly, Self::Officials, Self::Other];

    /// The word in the store, in addresses and, after `group-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Youth => "youth",
            Self::Farmers => "farmers",
            Self::Workers => "workers",
            Self::Elderly => "elderly",
            Self::Officials => "officials",
            Self::Other => "other",
        }
    }

    /// The group of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.code() == code)
    }
}
