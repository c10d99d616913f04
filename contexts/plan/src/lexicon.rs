//! The words by which a plan's headings and promises are recognised: matched, never shown.

/// Last words of a heading that names an action.
pub(crate) const ACTIONS: [&str; 3] = ["行动", "行动计划", "行動"];
/// Last words of a heading that names a project.
pub(crate) const PROJECTS: [&str; 2] = ["工程", "计划"];
/// Units of a promise that counts persons.
pub(crate) const PERSONS: [&str; 3] = ["人", "名", "位"];
/// The unit of a promise that counts person-times.
pub(crate) const PERSON_TIMES: &str = "人次";
/// Words of a promise of training.
pub(crate) const TRAININGS: [&str; 1] = ["培训"];
/// Words of a promise of lectures.
pub(crate) const LECTURES: [&str; 2] = ["讲座", "报告会"];
/// Words of a promise of exhibitions.
pub(crate) const EXHIBITIONS: [&str; 1] = ["展览"];

/// The words by which a document calls the units of the second level.
pub const TOWNS: [&str; 4] = ["镇", "乡", "街道", "办事处"];
