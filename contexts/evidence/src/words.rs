//! The closed lists of a delivery: its kind, how heads were counted, and the ids of this context.

kernel::id!(
    /// What really happened, entered once.
    DeliveryId
);
kernel::id!(
    /// What a delivery may be done for.
    PurposeId
);
kernel::id!(
    /// One number of one of five kinds.
    IndicatorId
);
kernel::id!(
    /// A version of what an indicator counts.
    RuleId
);
kernel::id!(
    /// A dated number from outside.
    FigureId
);
kernel::id!(
    /// A dated entry of a registered stock.
    EntryId
);
kernel::id!(
    /// A signed narrative.
    AttestationId
);
kernel::id!(
    /// A photo kept as proof.
    ProofId
);

/// Declares a closed list with its codes: in the store, in addresses and, after a prefix, in the
/// catalogue.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$case_doc])* $case),+ }

        impl $name {
            /// All, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$case),+];

            /// The word in the store and in addresses.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$case => $code),+ }
            }

            /// The one of a code.
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }

        impl From<$name> for db::Val {
            fn from(one: $name) -> Self {
                one.code().into()
            }
        }
    };
}
pub(crate) use codes;

codes!(
    /// The kind of a delivery.
    Kind {
        /// 讲座
        Lecture = "lecture",
        /// 培训
        Training = "training",
        /// 上门服务
        ServiceVisit = "service_visit",
        /// 展览
        Exhibition = "exhibition",
        /// 竞赛场次
        ContestRound = "contest_round",
        /// 屏幕播放
        ScreenPlay = "screen_play",
        /// 资料发放
        Publication = "publication",
        /// 咨询
        Consultation = "consultation",
        /// 开放日
        OpenDay = "open_day",
        /// 演出
        Performance = "performance",
    }
);

codes!(
    /// How heads were counted.
    Method {
        /// 签到
        CheckIn = "check_in",
        /// 签到表
        SignInSheet = "sign_in_sheet",
        /// 估计
        Estimate = "estimate",
    }
);

codes!(
    /// A unit's part in a delivery, as the numbers see it. Host and co-hosts both organise: their
    /// page shows progress. A supporter's page shows a contribution.
    Part {
        /// 主办、协办
        Organiser = "organiser",
        /// 支持
        Supporter = "supporter",
    }
);

codes!(
    /// A unit's part in a purpose.
    DutyRole {
        /// 牵头
        Lead = "lead",
        /// 共同牵头
        JointLead = "joint_lead",
        /// 配合
        Support = "support",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_leads_back_to_its_word_and_no_other_text_does() {
        assert!(Kind::ALL.iter().all(|one| Kind::parse(one.code()) == Some(*one)));
        assert!(Method::ALL.iter().all(|one| Method::parse(one.code()) == Some(*one)));
        assert!(DutyRole::ALL.iter().all(|one| DutyRole::parse(one.code()) == Some(*one)));
        assert_eq!(Kind::parse("Lecture"), None);
        assert_eq!(Kind::parse(""), None);
    }
}
