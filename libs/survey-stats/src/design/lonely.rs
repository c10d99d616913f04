//! What to do with a stratum that holds a single sampling unit.

/// The rule for a stratum with one unit and no certainty.
///
/// The default refuses, because every other choice is an assumption that the analyst should make.
/// `Average` and `Adjust` also apply to strata with one unit inside a domain when
/// [`lonely_in_domains`](super::DesignSpec::lonely_in_domains) is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LonelyPsu {
    /// an error that names the stratum
    #[default]
    Fail,
    /// the stratum contributes nothing
    Remove,
    /// the unit was taken with certainty and contributes nothing
    Certainty,
    /// the unit is compared with the mean of all units of that stage (the later of two published meanings)
    Adjust,
    /// the unit is compared with zero (the earlier meaning of "adjust")
    AdjustToZero,
    /// the stratum contributes the average of the strata that have a variance
    Average,
}
